package dev.errand.worker;

import dev.errand.config.launch.NodeRole;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.SettingsReader;
import dev.errand.config.settings.WorkerSettings;
import dev.errand.protocol.Terms;

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
    WorkerSettings settings = WorkerSettings.read(in);
    check(in, () -> Terms.labels(WorkerSettings.LABELS, settings.labels()));
    settings.handlers().forEach(name -> check(in, () -> HandlerClass.check(name)));
  }

  private static void check(SettingsReader in, Runnable what) {
    try {
      what.run();
    } catch (IllegalArgumentException e) {
      in.problem(e.getMessage());
    }
  }
}
