package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Settings as a node reads them from its file and its environment. */
record Reading(JsonObject file, Map<String, String> environment) {

  static Reading of(String file) {
    return new Reading(new JsonObject(file.replace('\'', '"')), Map.of());
  }

  static Reading of(String file, Map<String, String> environment) {
    return new Reading(of(file).file(), environment);
  }

  /** What was read, with nothing wrong. */
  <T> T by(Function<SettingsReader, T> read) {
    SettingsReader in = new SettingsReader(file, environment);
    T result = read.apply(in);
    in.finish();
    return result;
  }

  /** All that is wrong; empty if nothing is. */
  List<String> problems(Function<SettingsReader, ?> read) {
    SettingsException refusal = catchThrowableOfType(SettingsException.class, () -> by(read));
    return refusal == null ? List.of() : refusal.problems();
  }
}
