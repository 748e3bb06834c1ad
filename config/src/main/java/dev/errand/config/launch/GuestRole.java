package dev.errand.config.launch;

import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.SettingsReader;

/** A verticle that is no part of Errand: the cluster's settings are ours, all others its own. */
record GuestRole(String verticle) implements NodeRole {

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
    in.leaveAllBut("cluster");
  }

  @Override
  public boolean ownsEventLoops() {
    return false;
  }
}
