package dev.errand.simulation;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Progress;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.core.Attempt;
import dev.errand.worker.core.Runner;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;

/** A worker's handlers: each attempt does what its task's plan says. */
final class PlannedRunner implements Runner {

  private static final class Run {
    final Attempt attempt;
    final Plan.Act act;
    boolean asked;
    boolean ended;

    Run(Attempt attempt, Plan.Act act) {
      this.attempt = attempt;
      this.act = act;
    }
  }

  private final Simulation simulation;
  private final WorkerNode node;
  private final Long2ObjectOpenHashMap<Run> runs = new Long2ObjectOpenHashMap<>();

  PlannedRunner(Simulation simulation, WorkerNode node) {
    this.simulation = simulation;
    this.node = node;
  }

  @Override
  public void run(Attempt attempt) {
    Plan plan = simulation.plan(attempt.payload());
    Run run = new Run(attempt, plan.act(attempt.number()));
    runs.put(attempt.lease(), run);
    simulation.auditor().workers().started(node, attempt);
    if (run.act.talks()) {
      later(
          run.act.nanos() / 2,
          run,
          () -> node.core().progress(attempt.lease(), new Progress(0.5, "half")));
    }
    switch (run.act.deed()) {
      case HANG -> simulation.fault(Fault.HANDLER_HUNG, node);
      case STUBBORN -> simulation.fault(Fault.HANDLER_IGNORED_CANCEL, node);
      case POISON ->
          later(
              run.act.nanos(),
              run,
              () -> {
                simulation.auditor().workers().killed(attempt);
                simulation.kill(node, Fault.WORKER_KILLED_BY_TASK);
              });
      case SUCCEED, FAIL, REJECT -> {
        if (run.act.nanos() > 1_500_000_000) {
          simulation.fault(Fault.HANDLER_SLOW, node);
        }
        later(run.act.nanos(), run, () -> end(run));
      }
    }
  }

  @Override
  public void cancel(long lease, CancelReason reason) {
    Run run = runs.get(lease);
    if (run == null || run.asked) {
      return;
    }
    run.asked = true;
    simulation.auditor().workers().askedToStop(node, run.attempt);
    switch (run.act.deed()) {
      case HANG -> later(simulation.chance().millis(0, 20), run, () -> stop(run));
      case STUBBORN -> later(run.act.nanos(), run, () -> end(run));
      case POISON -> {}
      case SUCCEED, FAIL, REJECT -> {
        if (simulation.chance().of(0.6)) {
          later(simulation.chance().millis(0, 5), run, () -> stop(run));
        }
      }
    }
  }

  private void later(long nanos, Run run, Runnable step) {
    node.agenda.in(
        nanos,
        () ->
            node.on(
                () -> {
                  if (!run.ended) {
                    step.run();
                    if (!node.dead()) {
                      node.flush();
                    }
                  }
                }));
  }

  private void stop(Run run) {
    outcome(run, null, new TaskError(ErrorKind.HANDLER, run.attempt.lease() + " was stopped"));
  }

  private void end(Run run) {
    switch (run.act.deed()) {
      case FAIL -> {
        simulation.fault(Fault.HANDLER_FAILED, node);
        outcome(run, null, new TaskError(ErrorKind.HANDLER, run.attempt.lease() + " failed"));
      }
      case REJECT -> {
        simulation.fault(Fault.HANDLER_REJECTED, node);
        outcome(run, null, new TaskError(ErrorKind.REJECTED, run.attempt.lease() + " refused"));
      }
      default -> outcome(run, Bytes.of(Long.toString(run.attempt.lease())), null);
    }
  }

  private void outcome(Run run, Bytes result, TaskError error) {
    long lease = run.attempt.lease();
    run.ended = true;
    runs.remove(lease);
    simulation.auditor().workers().handlerEnded(node, run.attempt, error == null);
    node.core().outcome(lease, result, error, 1_000);
    if (simulation.chance().of(0.1)) {
      node.agenda.in(
          simulation.chance().millis(0, 30),
          () ->
              node.on(
                  () -> {
                    node.core().ended(lease);
                    simulation.auditor().workers().slotFree(node, run.attempt);
                    node.flush();
                  }));
    } else {
      node.core().ended(lease);
      simulation.auditor().workers().slotFree(node, run.attempt);
    }
  }
}
