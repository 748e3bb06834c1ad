package dev.errand.config.launch;

import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.SettingsReader;
import io.vertx.core.json.JsonObject;

/** A verticle that is no part of Errand: the cluster's settings are ours, all others its own. */
record GuestRole(String verticle, JsonObject conf) implements NodeRole {

  @Override
  public String name() {
    return "guest";
  }

  @Override
  public ClusterSettings.Defaults clusterDefaults() {
    return ClusterSettings.Defaults.OTHERS;
  }

  @Override
  public void check(SettingsReader in) {
    conf.fieldNames().stream().filter(name -> !name.equals("cluster")).forEach(in::leave);
  }

  @Override
  public boolean ownsEventLoops() {
    return false;
  }
}
