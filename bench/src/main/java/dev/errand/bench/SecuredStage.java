package dev.errand.bench;

import dev.errand.config.security.AuthKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A stage whose processes are members of a cluster secured with a fresh key (mutual TLS). */
class SecuredStage extends Stage {

  private final int memberPort = freePort();
  private final Path authKey;

  SecuredStage(Path parent) throws IOException {
    super(parent);
    this.authKey = secret("authkey", AuthKey.random().text());
  }

  /** The section {@code cluster} of the member that the others look for. */
  final JsonObject firstMember() {
    return cluster().put("memberPort", memberPort).put("peers", new JsonArray());
  }

  /** The section {@code cluster} of the others. */
  final JsonObject otherMember() {
    return cluster().put("peers", new JsonArray().add("127.0.0.1:" + memberPort));
  }

  private JsonObject cluster() {
    return new JsonObject().put("name", "errand-bench").put("authKeyFile", authKey.toString());
  }

  /** Makes a settings file. */
  final Path settings(String name, JsonObject conf) throws IOException {
    return Files.writeString(folder().resolve(name + ".json"), conf.encode());
  }
}
