package dev.errand.dispatcher;

import dev.errand.config.launch.NodeRole;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.DispatcherSettings;
import dev.errand.config.settings.SettingsReader;
import io.vertx.core.json.JsonObject;

/** What the launcher must know of a dispatcher before it starts. */
public final class DispatcherRole implements NodeRole {

  /** What the other members see. */
  public static final String NAME = "dispatcher";

  @Override
  public String verticle() {
    return DispatcherVerticle.class.getName();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ClusterSettings.Defaults clusterDefaults() {
    return ClusterSettings.Defaults.DISPATCHER;
  }

  @Override
  public void check(SettingsReader in) {
    DispatcherSettings.read(in);
  }

  @Override
  public void hideSecrets(JsonObject conf) {
    DispatcherSettings.hideSecrets(conf);
  }
}
