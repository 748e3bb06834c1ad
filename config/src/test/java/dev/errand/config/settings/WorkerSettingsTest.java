package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.config.settings.WorkerSettings.Slots;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerSettingsTest {

  private static final int USUAL_BLOCKING =
      Runtime.version().feature() >= 21 ? 256 : Runtime.getRuntime().availableProcessors();

  private static final Function<SettingsReader, WorkerSettings> READ = WorkerSettings::read;

  private static WorkerSettings read(String section) {
    return Reading.of("{'worker': " + section + "}").by(READ);
  }

  private static List<String> problems(String section) {
    return Reading.of("{'worker': " + section + "}").problems(READ);
  }

  @Test
  void aWorkerNeedsNoSettingsOfItsOwn() {
    WorkerSettings settings = read("{}");
    assertThat(settings)
        .isEqualTo(
            new WorkerSettings(
                settings.name(),
                Map.of(),
                new Slots(USUAL_BLOCKING, 1_000),
                List.of(),
                Duration.ofSeconds(30),
                OptionalInt.empty()));
    assertThat(settings.name()).isNotBlank();
  }

  @Test
  void eachKeyIsRead() {
    assertThat(
            read(
                "{'name': 'w', 'labels': {'gpu': 'a100', 'zone': 'b'}, 'slots': {'blocking': 2, 'eventLoop': 3},"
                    + " 'handlers': ['com.acme.A', 'com.acme.B'], 'drain': '0s', 'healthPort': 8081}"))
        .isEqualTo(
            new WorkerSettings(
                "w",
                Map.of("gpu", "a100", "zone", "b"),
                new Slots(2, 3),
                List.of("com.acme.A", "com.acme.B"),
                Duration.ZERO,
                OptionalInt.of(8081)));
  }

  @Test
  void eachKeyHasAVariable() {
    Map<String, String> environment =
        Map.of(
            "ERRAND_WORKER_NAME", "w",
            "ERRAND_WORKER_LABELS", "{\"gpu\": \"a100\"}",
            "ERRAND_WORKER_SLOTS", "{\"blocking\": 2, \"eventLoop\": 3}",
            "ERRAND_WORKER_HANDLERS", "com.acme.A,com.acme.B",
            "ERRAND_WORKER_DRAIN", "100s",
            "ERRAND_WORKER_HEALTH_PORT", "0");
    assertThat(Reading.of("{}", environment).by(READ))
        .isEqualTo(
            new WorkerSettings(
                "w",
                Map.of("gpu", "a100"),
                new Slots(2, 3),
                List.of("com.acme.A", "com.acme.B"),
                Duration.ofSeconds(100),
                OptionalInt.of(0)));
  }

  @Test
  void oneNumberOfSlotsIsForBothKinds() {
    assertThat(read("{'slots': 8}").slots()).isEqualTo(new Slots(8, 8));
    assertThat(Reading.of("{}", Map.of("ERRAND_WORKER_SLOTS", "100000")).by(READ).slots())
        .isEqualTo(new Slots(100_000, 100_000));
  }

  @Test
  void aKindOfSlotsThatIsNotSetIsAsUsual() {
    assertThat(read("{'slots': {'blocking': 9}}").slots()).isEqualTo(new Slots(9, 1_000));
    assertThat(read("{'slots': {'eventLoop': 9}}").slots()).isEqualTo(new Slots(USUAL_BLOCKING, 9));
    assertThat(read("{'slots': {'blocking': null, 'eventLoop': 9}}").slots())
        .isEqualTo(new Slots(USUAL_BLOCKING, 9));
    assertThat(read("{'slots': {}}").slots()).isEqualTo(new Slots(USUAL_BLOCKING, 1_000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-1",
        "100001",
        "4294967297",
        "1.5",
        "'many'",
        "''",
        "[1, 2]",
        "true",
        "{'blocking': 0}",
        "{'eventLoop': 'x'}",
        "{'eventLoop': {'a': 1}}",
      })
  void slotsAreNumbers(String slots) {
    assertThat(problems("{'slots': " + slots + "}"))
        .singleElement()
        .asString()
        .startsWith("worker.slots ")
        .endsWith(" must be 1 to 100000, or {\"blocking\": …, \"eventLoop\": …}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'gpu'", "['gpu']", "{'gpu': 1}", "{'gpu': null}", "7"})
  void labelsAreTexts(String labels) {
    assertThat(problems("{'labels': " + labels + "}"))
        .singleElement()
        .asString()
        .startsWith("worker.labels ")
        .endsWith(" must be {\"name\": \"value\", …}");
  }

  @Test
  void otherKindsOfSlotsThereAreNot() {
    assertThat(problems("{'slots': {'virtual': 1}}"))
        .containsExactly("worker.slots {\"virtual\":1} may have blocking and eventLoop");
  }

  @Test
  void allThatIsWrongIsToldAtOnce() {
    assertThat(problems("{'name': ' ', 'handlers': [7], 'drain': '101s', 'slot': 1}"))
        .containsExactly(
            "worker.name ' ' must not be blank",
            "worker.handlers [7] must be a text",
            "worker.drain '101s' must be 0ms to 100s",
            "worker.slot is no setting; did you mean worker.slots?");
  }

  @Test
  void theKeysOfADispatcherAreRefused() {
    assertThat(Reading.of("{'http': {'port': 1}}").problems(READ))
        .containsExactly("http is no setting, remove it");
  }

  @Test
  void aWorkerInAClusterLeavesTheClustersKeysAlone() {
    JsonObject conf = Reading.of("{'cluster': {'any': 1}, 'worker': {'name': 'a'}}").file();
    WorkerSettings settings = WorkerSettings.read(conf, Map.of("ERRAND_WORKER_NAME", "b"));
    assertThat(settings.name()).isEqualTo("b");
  }

  @Test
  void aWorkerInAClusterRefusesAllElseThatIsWrong() {
    JsonObject conf = Reading.of("{'workers': {'name': 'a'}}").file();
    assertThatThrownBy(() -> WorkerSettings.read(conf, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessage("workers is no setting; did you mean worker?");
  }
}
