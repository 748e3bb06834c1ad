package dev.errand.config.launch;

import dev.errand.config.security.SmallFile;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;

/** What {@code -conf} names: a node's settings. */
public final class Conf {

  private Conf() {}

  /**
   * Reads the settings. Blocks.
   *
   * @param fileOrJson a file's name, or the settings themselves; null: there are none
   * @throws NodeFailure if that can't be
   */
  public static JsonObject read(String fileOrJson) {
    if (fileOrJson == null) {
      return new JsonObject();
    }
    String text = fileOrJson;
    String name = "-conf";
    if (!fileOrJson.stripLeading().startsWith("{")) {
      name = "-conf " + fileOrJson;
      try {
        text = SmallFile.read(fileOrJson);
      } catch (IOException | RuntimeException e) {
        throw new NodeFailure(
            ExitCode.USAGE, name + " can't be read: name a JSON file that exists");
      }
    }
    try {
      if (Json.decodeValue(text) instanceof JsonObject conf) {
        return conf;
      }
      throw new NodeFailure(
          ExitCode.USAGE,
          name + " is JSON, but not a JSON object: begin it with { and end it with }");
    } catch (DecodeException e) {
      String why = String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
      throw new NodeFailure(ExitCode.USAGE, name + " is not a JSON object: " + why);
    }
  }
}
