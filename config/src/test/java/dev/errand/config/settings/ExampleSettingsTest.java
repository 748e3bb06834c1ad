package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.LogLines;
import dev.errand.config.security.AuthKey;
import dev.errand.config.settings.ClusterSettings.Defaults;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that show each key with its default: a new key must be shown there too. */
class ExampleSettingsTest {

  private static final AuthKey KEY = AuthKey.random();

  /** The other way to give the key; a file has one of both. */
  private static final String KEY_VARIABLE = "ERRAND_CLUSTER_AUTH_KEY";

  private static final String FILE_VARIABLE = "ERRAND_CLUSTER_AUTH_KEY_FILE";

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();

  /** Each key is looked up in the environment first. */
  private static final class AskedFor extends HashMap<String, String> {

    private static final long serialVersionUID = 1;

    private final transient Set<String> variables = new TreeSet<>();

    AskedFor(Map<String, String> environment) {
      super(environment);
    }

    @Override
    public String get(Object variable) {
      variables.add((String) variable);
      return super.get(variable);
    }
  }

  @BeforeEach
  void putAKeyInPlaceOfTheExamples() throws IOException {
    Path file = Files.writeString(folder.resolve("authkey"), KEY.text());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    environment.put(FILE_VARIABLE, file.toString());
  }

  private static List<Object> dispatcher(SettingsReader in) {
    return List.of(ClusterSettings.read(in, Defaults.DISPATCHER), DispatcherSettings.read(in));
  }

  private static List<Object> worker(SettingsReader in) {
    return List.of(ClusterSettings.read(in, Defaults.OTHERS), WorkerSettings.read(in));
  }

  private static JsonObject example(String name) throws IOException {
    return new JsonObject(Files.readString(Path.of(name)));
  }

  private void showsEveryKeyWithItsDefault(String name, Function<SettingsReader, ?> read)
      throws IOException {
    JsonObject file = example(name);
    AskedFor asked = new AskedFor(environment);
    try (LogLines log = new LogLines(SettingsReader.class)) {
      assertThat(new Reading(file, asked).<Object>by(read::apply))
          .isEqualTo(new Reading(null, environment).<Object>by(read::apply));
      assertThat(log.all()).isEmpty();
    }
    asked.variables.remove(KEY_VARIABLE);
    Set<String> shown = new TreeSet<>();
    addVariables("", file, asked.variables, shown);
    assertThat(shown).isEqualTo(asked.variables);
  }

  /** A key's value may be an object itself; then it is not looked into. */
  private static void addVariables(
      String prefix, JsonObject section, Set<String> known, Set<String> shown) {
    for (String name : section.fieldNames()) {
      String variable = SettingsReader.variable(prefix + name);
      if (!known.contains(variable) && section.getValue(name) instanceof JsonObject inner) {
        addVariables(prefix + name + ".", inner, known, shown);
      } else {
        shown.add(variable);
      }
    }
  }

  @Test
  void theDispatchersExampleShowsEveryKeyWithItsDefault() throws IOException {
    showsEveryKeyWithItsDefault("dispatcher.json", ExampleSettingsTest::dispatcher);
  }

  @Test
  void theWorkersExampleShowsEveryKeyWithItsDefault() throws IOException {
    showsEveryKeyWithItsDefault("worker.json", ExampleSettingsTest::worker);
  }

  @Test
  void theExamplesHaveNoSecret() throws IOException {
    for (String name : List.of("dispatcher.json", "worker.json")) {
      JsonObject cluster = example(name).getJsonObject("cluster");
      assertThat(cluster.fieldNames()).contains("authKeyFile").doesNotContain("authKey");
      assertThat(Path.of(cluster.getString("authKeyFile"))).isRelative();
    }
  }
}
