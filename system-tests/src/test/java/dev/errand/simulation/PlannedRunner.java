package dev.errand.simulation;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Progress;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Grant;
import dev.errand.worker.core.Attempt;
import dev.errand.worker.core.Runner;

/** A worker's handlers: each attempt does what its task's plan says. */
final class PlannedRunner implements Runner {

  private final class Run extends Attempt {
    final Plan.Act act;
    Progress progress;
    boolean asked;
    boolean ended;

    Run(Grant grant, Plan.Act act) {
      super(grant);
      this.act = act;
    }

    @Override
    protected void cancel(CancelReason reason) {
      if (!asked && !ended) {
        asked = true;
        askedToStop(this);
      }
    }

    @Override
    protected Progress takeProgress() {
      Progress told = progress;
      progress = null;
      return told;
    }
  }

  private final Simulation simulation;
  private final WorkerNode node;

  PlannedRunner(Simulation simulation, WorkerNode node) {
    this.simulation = simulation;
    this.node = node;
  }

  @Override
  public Attempt run(Grant grant) {
    Plan plan = simulation.plan(grant.payload());
    Run run = new Run(grant, plan.act(grant.attempt()));
    simulation.auditor().workers().started(node, grant);
    if (run.act.talks()) {
      later(run.act.nanos() / 2, run, () -> run.progress = new Progress(0.5, "half"));
    }
    switch (run.act.deed()) {
      case HANG -> simulation.fault(Fault.HANDLER_HUNG, node);
      case STUBBORN -> simulation.fault(Fault.HANDLER_IGNORED_CANCEL, node);
      case POISON ->
          later(
              run.act.nanos(),
              run,
              () -> {
                simulation.auditor().workers().killed(grant);
                simulation.kill(node, Fault.WORKER_KILLED_BY_TASK);
              });
      case SUCCEED, FAIL, REJECT -> {
        if (run.act.nanos() > 1_500_000_000) {
          simulation.fault(Fault.HANDLER_SLOW, node);
        }
        later(run.act.nanos(), run, () -> end(run));
      }
    }
    return run;
  }

  private void askedToStop(Run run) {
    simulation.auditor().workers().askedToStop(node, run.grant());
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
    outcome(run, null, new TaskError(ErrorKind.HANDLER, run.lease() + " was stopped"));
  }

  private void end(Run run) {
    switch (run.act.deed()) {
      case FAIL -> {
        simulation.fault(Fault.HANDLER_FAILED, node);
        outcome(run, null, new TaskError(ErrorKind.HANDLER, run.lease() + " failed"));
      }
      case REJECT -> {
        simulation.fault(Fault.HANDLER_REJECTED, node);
        outcome(run, null, new TaskError(ErrorKind.REJECTED, run.lease() + " refused"));
      }
      default -> outcome(run, Bytes.of(Long.toString(run.lease())), null);
    }
  }

  private void outcome(Run run, Bytes result, TaskError error) {
    run.ended = true;
    simulation.auditor().workers().handlerEnded(node, run.grant(), error == null);
    node.core().outcome(run, result, error, 1_000);
    if (simulation.chance().of(0.1)) {
      node.agenda.in(
          simulation.chance().millis(0, 30),
          () ->
              node.on(
                  () -> {
                    node.core().ended(run);
                    simulation.auditor().workers().slotFree(node, run.grant());
                    node.flush();
                  }));
    } else {
      node.core().ended(run);
      simulation.auditor().workers().slotFree(node, run.grant());
    }
  }
}
