package dev.errand.simulation;

import dev.errand.protocol.Task;
import dev.errand.protocol.client.ClientDouble;
import dev.errand.protocol.client.SubmissionException;
import dev.errand.protocol.link.DispatcherLink;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A client's process: the real core; remembers what it was promised. */
final class ClientNode extends Node {

  private static final long TICK_NANOS = 100_000_000;

  final int which;
  private final Simulation simulation;
  private final ClientDouble core;
  private final Set<Integer> unanswered = new LinkedHashSet<>();
  private final Set<Long> awaited = new LinkedHashSet<>();

  ClientNode(Simulation simulation, int which, long incarnation) {
    super(incarnation, simulation.agenda(), simulation.bus());
    this.simulation = simulation;
    this.which = which;
    this.core = new ClientDouble(CLUSTER, incarnation, nodeId, this);
  }

  @Override
  long tickNanos() {
    return TICK_NANOS;
  }

  @Override
  void tick() {
    core.link().tick(agenda.now());
    core.flush();
  }

  @Override
  DispatcherLink link() {
    return core.link();
  }

  @Override
  void flush() {
    core.flush();
  }

  /** Tasks whose end it waits for. */
  List<Long> awaited() {
    return new ArrayList<>(awaited);
  }

  /** Whether it has submitted it and waits for the answer. */
  boolean cares(Plan plan) {
    return unanswered.contains(plan.number());
  }

  /** Whether it was answered and told everything. */
  boolean satisfied() {
    return unanswered.isEmpty() && awaited.isEmpty();
  }

  String wants() {
    return Journal.peer(incarnation)
        + " has no answer to "
        + unanswered
        + " and waits for "
        + awaited;
  }

  void submit(Plan plan) {
    unanswered.add(plan.number());
    core.submit(plan.request(), new Promise(plan));
  }

  private void submitLater(Plan plan, long nanos) {
    agenda.in(
        nanos,
        () ->
            on(
                () -> {
                  submit(plan);
                  flush();
                }));
  }

  void watch(long id) {
    awaited.add(id);
    core.watch(id, new Promise(null));
  }

  private final class Promise implements ClientDouble.Teller {

    private final Plan plan;
    private long id;

    Promise(Plan plan) {
      this.plan = plan;
    }

    @Override
    public void accepted(long given) {
      id = given;
      unanswered.remove(plan.number());
      awaited.add(given);
      simulation.auditor().clients().acknowledged(ClientNode.this, plan, given);
    }

    @Override
    public void ended(Task task) {
      awaited.remove(simulation.auditor().clients().told(ClientNode.this, task));
    }

    @Override
    public void failed(RuntimeException why) {
      if (plan == null || id != 0 || !(why instanceof SubmissionException refusal)) {
        simulation.auditor().clients().abandoned(ClientNode.this, id, why);
      } else if (refusal.retryAfter() != null) {
        // Only a limit is in its way: it goes on wanting it.
        simulation.fault(Fault.QUEUE_FULL, ClientNode.this);
        simulation.auditor().clients().full(ClientNode.this);
        submitLater(plan, Math.min(1_000_000_000L, refusal.retryAfter().toNanos()));
      } else if (why.getMessage().contains("out of reach")) {
        simulation.fault(Fault.ANSWER_UNKNOWN, ClientNode.this);
        simulation.auditor().clients().unknown(ClientNode.this);
        unanswered.remove(plan.number());
        if (plan.repeatable()) {
          unanswered.add(plan.number());
          submitLater(plan, 1_000_000);
        }
      } else {
        unanswered.remove(plan.number());
        if (plan.good()) {
          simulation.auditor().clients().refused(ClientNode.this, plan, why);
        }
      }
    }
  }
}
