package dev.errand.command.client;

import dev.errand.config.settings.Quantities;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** How a task asks to be run. The dispatcher checks what is in range. */
final class TaskOptions {

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "for each attempt, such as 30s; else the handler's, or the dispatcher's")
  private String timeout;

  @Option(
      names = "--expires-in",
      paramLabel = "DURATION",
      description = "fail as 'expired' if it has not ended by then")
  private String expiresIn;

  @Option(names = "--delay", paramLabel = "DURATION", description = "do not start before")
  private String delay;

  @Option(names = "--priority", paramLabel = "0-9", description = "higher first; 4 is usual")
  private Integer priority;

  @Option(
      names = "--max-attempts",
      paramLabel = "N",
      description = "how many attempts may fail; 1: it runs at most once")
  private Integer maxAttempts;

  @Option(
      names = "--backoff",
      paramLabel = "DURATION",
      description = "the first pause before a retry, doubled each time")
  private String backoff;

  @Option(
      names = "--require",
      paramLabel = "LABEL=VALUE",
      description = "only workers that carry it; may be repeated")
  private Map<String, String> require = new LinkedHashMap<>();

  @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
  private CommandLine.Model.CommandSpec spec;

  /** The fields of a task; empty if nothing is asked for. */
  JsonObject fields() {
    JsonObject fields = new JsonObject();
    duration(fields, "timeout", "--timeout", timeout);
    duration(fields, "expiresIn", "--expires-in", expiresIn);
    duration(fields, "delay", "--delay", delay);
    duration(fields, "backoff", "--backoff", backoff);
    put(fields, "priority", priority);
    put(fields, "maxAttempts", maxAttempts);
    if (!require.isEmpty()) {
      fields.put("require", new JsonObject(new LinkedHashMap<>(require)));
    }
    return fields;
  }

  private void duration(JsonObject fields, String name, String option, String value) {
    if (value != null) {
      try {
        Quantities.duration(value);
      } catch (IllegalArgumentException e) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), option + " '" + value + "' " + e.getMessage());
      }
    }
    put(fields, name, value);
  }

  private static void put(JsonObject fields, String name, Object value) {
    if (value != null) {
      fields.put(name, value);
    }
  }
}
