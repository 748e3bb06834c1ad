package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dispatcher that listens on all addresses, with tokens in its settings. */
class HttpAccessIT {

  private static final String TOKEN = "reader-0123456789abcdef";

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();

  private int status(String url, String token) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(20));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @Test
  void tokensOfTheSettingsFileCountAndAreNotLogged() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf = cluster.dispatcherConf();
      conf.getJsonObject("http")
          .put("host", "0.0.0.0")
          .put("plaintext", true)
          .put("tokens", new JsonObject().put(TOKEN, "read"));
      NodeProcess node = cluster.startDispatcher(conf);
      String page = node.awaitStart(60).group(1).replace("0.0.0.0", "127.0.0.1");
      assertThat(status(page + "/api/v1/stats", null)).isEqualTo(401);
      assertThat(status(page + "/api/v1/stats", TOKEN + "0")).isEqualTo(401);
      assertThat(status(page + "/api/v1/stats", TOKEN)).isEqualTo(200);
      assertThat(status(page + "/livez", null)).isEqualTo(200);
      assertThat(node.log()).noneMatch(line -> line.contains(TOKEN));
    }
  }
}
