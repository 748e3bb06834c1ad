package dev.errand.systemtests;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Asks a pod as a kubelet does whether it is ready, and counts how often it would be taken out. */
final class ProbedPod implements AutoCloseable {

  private final Pod pod;
  private final PodTemplate.Pace pace;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private int failures;
  private volatile int outs;

  /** Probes one that is ready, from now on. */
  ProbedPod(Pod pod) {
    this.pod = pod;
    this.pace = pod.readinessPace();
    clock.scheduleAtFixedRate(this::probe, 0, pace.periodSeconds(), TimeUnit.SECONDS);
  }

  private void probe() {
    failures = pod.isReady() ? 0 : failures + 1;
    if (failures == pace.failures()) {
      outs++;
    }
  }

  /** How often it has been not ready for so long that it gets no more requests. */
  int outs() {
    return outs;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
