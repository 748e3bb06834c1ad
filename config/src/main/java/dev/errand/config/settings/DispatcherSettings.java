package dev.errand.config.settings;

import io.vertx.core.json.JsonObject;
import java.util.Map;

/**
 * What a dispatcher is told, beside {@link ClusterSettings}.
 *
 * @param http where it serves HTTP
 * @param store where it keeps tasks
 * @param limits what it refuses
 * @param defaults for tasks that ask for nothing
 */
public record DispatcherSettings(
    HttpSettings http, StoreSettings store, LimitSettings limits, DefaultSettings defaults) {

  /** Reads the keys; what is wrong is noted in the reader. */
  public static DispatcherSettings read(SettingsReader in) {
    HttpSettings http = HttpSettings.read(in);
    StoreSettings store = StoreSettings.read(in);
    return new DispatcherSettings(
        http, store, LimitSettings.read(in, store.kind()), DefaultSettings.read(in));
  }

  /**
   * Puts what comes from them one way in place of the secrets of the file. That is an object of
   * ours: what has one can't be encoded as JSON.
   */
  public static void hideSecrets(JsonObject conf) {
    if (conf.getValue("http") instanceof JsonObject http
        && http.getValue("tokens") instanceof JsonObject tokens) {
      try {
        http.put("tokens", HttpTokens.of(tokens));
      } catch (IllegalArgumentException e) {
        // Those of the environment count.
        http.remove("tokens");
      }
    }
  }

  /**
   * Reads a node's settings where the cluster has been joined already; their secrets may be hidden.
   *
   * @throws SettingsException if any is wrong
   */
  public static DispatcherSettings read(JsonObject conf, Map<String, String> environment) {
    SettingsReader in = new SettingsReader(conf, environment);
    in.leave("cluster");
    DispatcherSettings settings = read(in);
    in.finish();
    return settings;
  }
}
