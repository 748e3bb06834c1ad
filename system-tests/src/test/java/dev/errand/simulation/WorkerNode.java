package dev.errand.simulation;

import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.link.DispatcherLink;
import dev.errand.worker.core.WorkerCore;
import dev.errand.worker.core.WorkerProfile;
import java.util.Map;

/** A worker's process: the real core, and handlers that follow the plan. */
final class WorkerNode extends Node {

  private static final long TICK_NANOS = 50_000_000;

  /** For what still runs when it is told to leave: more than most attempts may take. */
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  /** Which of the workers. */
  final int which;

  final WorkerProfile profile;

  /** Slots that its handlers take, by pool; the auditor's count. */
  final int[] taken = new int[Pool.COUNT];

  private final Simulation simulation;
  private final WorkerCore core;
  private final PlannedRunner runner;
  private boolean leaving;

  WorkerNode(Simulation simulation, int which, long incarnation, WorkerProfile profile) {
    super(incarnation, simulation.agenda(), simulation.bus());
    this.simulation = simulation;
    this.which = which;
    this.profile = profile;
    this.runner = new PlannedRunner(simulation, this);
    this.core = new WorkerCore(CLUSTER, incarnation, profile, runner, this);
  }

  @Override
  long tickNanos() {
    return TICK_NANOS;
  }

  @Override
  void tick() {
    core.tick(agenda.now());
    flush();
    if (core.toldToLeave()) {
      simulation.leave(this, PATIENCE_NANOS);
    }
  }

  @Override
  DispatcherLink link() {
    return core.link();
  }

  @Override
  void flush() {
    core.begin(agenda.now());
    core.flush();
  }

  WorkerCore core() {
    return core;
  }

  /** Which slots a type takes; null if it is not offered. */
  Pool pool(String type) {
    return profile.offers().stream()
        .filter(offer -> offer.type().equals(type))
        .findFirst()
        .map(offer -> offer.pool())
        .orElse(null);
  }

  boolean carries(Map<String, String> require) {
    return profile.labels().entrySet().containsAll(require.entrySet());
  }

  boolean leaving() {
    return leaving;
  }

  /** Finishes what runs and says goodbye; what does not finish in time is given back. */
  void leave(long patience, Runnable hurried, Runnable gone) {
    leaving = true;
    core.drain();
    core.flush();
    long hurryAt = agenda.now() + patience;
    awaitIdle(hurryAt, hurried, gone);
  }

  private void awaitIdle(long hurryAt, Runnable hurried, Runnable gone) {
    if (core.runningCount() == 0 && core.recorded()) {
      sayGoodbye(gone);
    } else if (agenda.now() >= hurryAt) {
      hurried.run();
      core.stopAll();
      core.flush();
      later(100_000_000, () -> giveBack(gone));
    } else {
      later(TICK_NANOS, () -> awaitIdle(hurryAt, hurried, gone));
    }
  }

  private void giveBack(Runnable gone) {
    core.releaseAll("the worker stops");
    core.flush();
    awaitRecorded(agenda.now() + 2_000_000_000L, gone);
  }

  private void awaitRecorded(long until, Runnable gone) {
    if (core.recorded() || agenda.now() >= until) {
      sayGoodbye(gone);
    } else {
      later(TICK_NANOS, () -> awaitRecorded(until, gone));
    }
  }

  private void sayGoodbye(Runnable gone) {
    core.bye();
    core.flush();
    later(10_000_000, gone);
  }

  private void later(long nanos, Runnable step) {
    agenda.in(nanos, () -> on(step));
  }
}
