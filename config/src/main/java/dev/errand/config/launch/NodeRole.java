package dev.errand.config.launch;

import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.SettingsReader;
import io.vertx.core.json.JsonObject;

/** What a kind of node is told; found by {@link java.util.ServiceLoader} for its main verticle. */
public interface NodeRole {

  /** Class name of the main verticle of such nodes. */
  String verticle();

  /** What the other members see, such as {@code dispatcher}. */
  String name();

  /** What such nodes take for the cluster where nothing is set. */
  ClusterSettings.Defaults clusterDefaults();

  /** Reads all settings but the cluster's, so that what is wrong is known before the start. */
  void check(SettingsReader in);

  /** Takes the secrets that are its own out of what the verticle is told, or hides them there. */
  default void hideSecrets(JsonObject conf) {}

  /**
   * Whether nothing but the bus and Errand itself runs on the event loops of such nodes, so that
   * few of them do.
   */
  default boolean ownsEventLoops() {
    return true;
  }
}
