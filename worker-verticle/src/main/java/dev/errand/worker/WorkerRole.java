package dev.errand.worker;

import dev.errand.config.launch.NodeRole;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.SettingsReader;
import dev.errand.config.settings.WorkerSettings;

/** What the launcher must know of a worker before it starts. */
public final class WorkerRole implements NodeRole {

  @Override
  public String verticle() {
    return WorkerVerticle.class.getName();
  }

  @Override
  public String name() {
    return "worker";
  }

  @Override
  public ClusterSettings.Defaults clusterDefaults() {
    return ClusterSettings.Defaults.OTHERS;
  }

  @Override
  public void check(SettingsReader in) {
    for (String name : WorkerSettings.read(in).handlers()) {
      try {
        HandlerClass.check(name);
      } catch (IllegalArgumentException e) {
        in.problem(e.getMessage());
      }
    }
  }
}
