package dev.errand.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.config.settings.SettingsException;
import dev.errand.config.settings.SettingsReader;
import dev.errand.protocol.Terms;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is wrong with a worker's settings is known, all of it, before the node starts. */
class WorkerRoleTest {

  private static final String MISSING =
      "worker.handlers: com.acme.X is not on the class path: add its jar to ERRAND_CLASSPATH for"
          + " ./errand, or to java -cp";

  private static void check(JsonObject worker, Map<String, String> environment) {
    SettingsReader in = new SettingsReader(new JsonObject().put("worker", worker), environment);
    new WorkerRole().check(in);
    in.finish();
  }

  private static void refused(
      JsonObject worker, Map<String, String> environment, String... problems) {
    assertThatThrownBy(() -> check(worker, environment))
        .isInstanceOfSatisfying(
            SettingsException.class, e -> assertThat(e.problems()).containsExactly(problems));
  }

  private static JsonObject labels(Object labels) {
    return new JsonObject().put("labels", labels);
  }

  @Test
  void labelsAreThoseThatTasksMayRequire() {
    check(labels(new JsonObject().put("nvidia.com/gpu", "a100").put("zone", "b")), Map.of());
    check(labels(new JsonObject()), Map.of("ERRAND_WORKER_LABELS", "{\"gpu\": \"a100\"}"));
    for (String bad : List.of("", "a 100", "-a", "ü")) {
      refused(
          labels(new JsonObject().put("gpu", bad)),
          Map.of(),
          "worker.labels: 'gpu' and '" + bad + "' must match " + Terms.LABEL_PATTERN);
    }
    refused(
        labels(new JsonObject()),
        Map.of("ERRAND_WORKER_LABELS", "{\"the gpu\": \"a100\"}"),
        "worker.labels: 'the gpu' and 'a100' must match " + Terms.LABEL_PATTERN);
  }

  @Test
  void thereAreAtMostSixteenLabels() {
    JsonObject many = new JsonObject();
    for (int i = 0; i < 17; i++) {
      many.put("label-" + i, "x");
    }
    refused(labels(many), Map.of(), "worker.labels has 17 labels, there may be 16");
  }

  @Test
  void allThatIsWrongIsToldAtOnce() {
    refused(
        labels(new JsonObject().put("gpu", "a 100"))
            .put("drain", "x")
            .put("handlers", new JsonArray().add("com.acme.A").add("com.acme.B")),
        Map.of("ERRAND_WORKER_SLOTS", "many"),
        "worker.slots 'many' must be 1 to 100000, or {\"blocking\": …, \"eventLoop\": …}",
        "worker.drain 'x' must be a duration such as 250ms, 20s, 5m, 24h or 7d",
        "worker.labels: 'gpu' and 'a 100' must match " + Terms.LABEL_PATTERN,
        MISSING.replace("acme.X", "acme.A"),
        MISSING.replace("acme.X", "acme.B"));
  }
}
