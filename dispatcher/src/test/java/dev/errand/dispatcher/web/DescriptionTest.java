package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.HttpSettings;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** What is served is described, and what is described is served. */
class DescriptionTest {

  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  /** The status page is for people. */
  private static final Set<String> UNDESCRIBED = Set.of("GET /", "GET /page/");

  /** What Vert.x takes for the folder where the process was started. */
  private static final String WORKING_FOLDER = "vertx.cwd";

  private static Map<?, ?> paths() throws IOException {
    try (InputStream in = WebDoor.class.getResourceAsStream("openapi.yaml")) {
      return (Map<?, ?>) new Yaml().<Map<?, ?>>load(in).get("paths");
    }
  }

  private static Set<String> described() throws IOException {
    Set<String> described = new TreeSet<>();
    paths()
        .forEach(
            (path, item) ->
                ((Map<?, ?>) item)
                    .keySet().stream()
                        .map(String.class::cast)
                        .filter(METHODS::contains)
                        .map(method -> method.toUpperCase(Locale.ROOT) + " " + path)
                        .forEach(described::add));
    return described;
  }

  private static Set<String> served(Collection<Route> routes) {
    Set<String> served = new TreeSet<>();
    for (Route route : routes) {
      if (route.getName() != null && route.methods() != null) {
        String path = route.getName().replaceAll(":(\\w+)|\\(\\?<(\\w+)>\\.\\+\\)", "{$1$2}");
        route.methods().forEach(method -> served.add(method.name() + " " + path));
      }
    }
    return served;
  }

  @Test
  void theRoutesAreTheDescribedOnes() throws IOException {
    try (WebFixture web = WebFixture.open()) {
      Set<String> served = served(web.routes());
      assertThat(served.removeAll(UNDESCRIBED)).isTrue();
      assertThat(served).isEqualTo(described());
    }
  }

  @Test
  void whatLiesWhereTheDispatcherWasStartedIsNotTheDescription(@TempDir Path folder)
      throws IOException {
    Path other = folder.resolve("dev/errand/dispatcher/web/openapi.yaml");
    Files.createDirectories(other.getParent());
    Files.writeString(other, "openapi: none");
    System.setProperty(WORKING_FOLDER, folder.toString());
    try (GuardedDoor door = new GuardedDoor(new HttpSettings("127.0.0.1", 0))) {
      RawRequest.Answer answer = door.request("GET", "/openapi.yaml").send();
      assertThat(answer.body()).startsWith("openapi: 3.0");
      assertThat(answer.headers()).containsEntry("content-type", "application/yaml");
    } finally {
      System.clearProperty(WORKING_FOLDER);
    }
  }

  @Test
  void eachOperationSaysWhoMayUseIt() throws IOException {
    paths()
        .forEach(
            (path, item) ->
                ((Map<?, ?>) item)
                    .forEach(
                        (method, operation) -> {
                          Map<?, ?> described = (Map<?, ?>) operation;
                          boolean open = List.of().equals(described.get("security"));
                          assertThat(described.containsKey("x-role"))
                              .as(method + " " + path)
                              .isNotEqualTo(open);
                        }));
  }
}
