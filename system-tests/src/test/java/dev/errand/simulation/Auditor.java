package dev.errand.simulation;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.CoreView;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.EndedTask;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Done;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.Release;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.WorkerHello;
import dev.errand.worker.core.Attempt;
import it.unimi.dsi.fastutil.longs.Long2ObjectLinkedOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;

/**
 * Watches whatever passes between the parts of a simulation, keeps books of its own, and compares
 * them with the core's after every step. Owner: the simulation's thread.
 */
final class Auditor implements CoreView.Visitor {

  /** How much later than due something may happen: ticks are 50 ms apart. */
  private static final long TOLERANCE_NANOS = 250_000_000;

  private static final int MOST_LOSSES = 3;

  /** What the step is that is being looked at. */
  private enum Step {
    FRAME,
    HELLO,
    BYE,
    TICK,
    MEMBER_LEFT,
    OTHER
  }

  private final Simulation simulation;
  private final Agenda agenda;
  private final Journal journal;
  private final Tally tally;
  private final CoreSettings settings;
  private final Long2ObjectLinkedOpenHashMap<TaskRecord> tasks =
      new Long2ObjectLinkedOpenHashMap<>();
  private final Long2ObjectOpenHashMap<LeaseRecord> leases = new Long2ObjectOpenHashMap<>();
  private final Long2ObjectLinkedOpenHashMap<PeerRecord> peers =
      new Long2ObjectLinkedOpenHashMap<>();
  private final TaskRecord[] byPlan;
  private final int[] places = new int[Place.values().length];
  private final int[] ended = new int[TaskState.values().length];

  private DispatcherCore core;
  private CoreView view;
  private long number;
  private Step step = Step.OTHER;
  private long stepPeer;
  private String stepNode;
  private boolean welcomed;
  private boolean expectStale;
  private long staleBefore;
  private int shown;

  /** How long the dispatcher has stood still in all. */
  private long stoodStill;

  Auditor(Simulation simulation, CoreSettings settings, int plans) {
    this.simulation = simulation;
    this.agenda = simulation.agenda();
    this.journal = simulation.journal();
    this.tally = simulation.tally();
    this.settings = settings;
    this.byPlan = new TaskRecord[plans];
  }

  void observe(DispatcherCore of, CoreView in) {
    core = of;
    view = in;
  }

  private void note(Journal.Event event, long task, long first, long second) {
    journal.note(agenda.now(), event, task, first, second);
  }

  private static Violation violation(Invariant invariant, long task, String what) {
    return new Violation(invariant, task, what);
  }

  // Steps.

  private void begin(Step what, long peer) {
    number++;
    step = what;
    stepPeer = peer;
    expectStale = false;
    welcomed = false;
  }

  void ticks() {
    begin(Step.TICK, 0);
  }

  /** The core is told of the store, or tells others. */
  void tells() {
    begin(Step.OTHER, 0);
  }

  void memberLeaves(String nodeId) {
    begin(Step.MEMBER_LEFT, 0);
    stepNode = nodeId;
  }

  void stoodStill(long nanos) {
    stoodStill += nanos;
  }

  /** A frame arrives at the dispatcher. */
  void arrives(byte[] frame) {
    try {
      Header header = Header.read(frame);
      PeerRecord peer = peers.get(header.session().peer());
      if (header.kind() == FrameKind.WORKER_HELLO || header.kind() == FrameKind.CLIENT_HELLO) {
        begin(Step.HELLO, header.session().peer());
        if (header.kind() == FrameKind.WORKER_HELLO) {
          hold(WorkerHello.read(frame));
        }
        return;
      }
      begin(Step.FRAME, header.session().peer());
      if (peer == null || !header.session().equals(peer.session)) {
        expectStale = true;
        staleBefore = core.counters().stale();
        return;
      }
      peer.heard(header.credit(), agenda.now());
      if (header.seq() == peer.received + 1) {
        peer.received++;
        taken(peer, header.kind(), frame);
      }
    } catch (MalformedFrameException e) {
      throw new IllegalStateException(e);
    }
  }

  private void hold(WorkerHello hello) {
    for (long id : hello.held()) {
      LeaseRecord lease = leases.get(id);
      if (lease != null) {
        lease.heldStep = number;
      }
    }
  }

  private void taken(PeerRecord peer, FrameKind kind, byte[] frame) throws MalformedFrameException {
    BatchReader batch = new BatchReader(frame);
    switch (kind) {
      case OUTCOMES -> {
        while (batch.next()) {
          arrived(peer, Outcome.read(batch));
        }
      }
      case RELEASE -> {
        while (batch.next()) {
          Release release = Release.read(batch);
          LeaseRecord lease = leases.get(release.lease());
          lease.releaseStep = number;
          lease.releasedStarted = release.started();
        }
      }
      case BYE -> {
        step = Step.BYE;
        peer.session = null;
      }
      default -> {}
    }
  }

  private void arrived(PeerRecord peer, Outcome outcome) {
    LeaseRecord lease = leases.get(outcome.lease());
    note(Journal.Event.OUTCOME_ARRIVED, outcome.task(), peer.incarnation, outcome.lease());
    lease.outcomeStep = number;
    lease.error = outcome.error();
  }

  /** The dispatcher answers a request. */
  void answered(byte[] frame) {
    if (frame == null) {
      return;
    }
    try {
      Header header = Header.read(frame);
      if (header.kind() == FrameKind.WELCOME) {
        welcomed = true;
        Session session = header.session();
        PeerRecord peer =
            peers.computeIfAbsent(session.peer(), id -> new PeerRecord(id, simulation.worker(id)));
        peer.begin(session, agenda.now());
        note(Journal.Event.PEER_LINKED, 0, session.peer(), session.number());
      }
    } catch (MalformedFrameException e) {
      throw new IllegalStateException(e);
    }
  }

  // What leaves the dispatcher.

  /** A frame leaves the dispatcher; repeated ones were looked at before. */
  void leaves(long to, byte[] frame) {
    try {
      Header header = Header.read(frame);
      PeerRecord peer = peers.get(to);
      if (header.seq() <= peer.sent || !header.session().equals(peer.session)) {
        return;
      }
      peer.sent = header.seq();
      BatchReader batch = new BatchReader(frame);
      while (batch.next()) {
        switch (header.kind()) {
          case GRANT -> granted(peer, Grant.read(batch));
          case CANCEL -> cancelled(Cancel.read(batch));
          case ACCEPTED -> accepted(Accepted.read(batch));
          case DONE -> done(Done.read(batch));
          default -> throw new IllegalStateException("not from a dispatcher: " + header.kind());
        }
      }
    } catch (MalformedFrameException e) {
      throw new IllegalStateException(e);
    }
  }

  private void granted(PeerRecord peer, Grant grant) {
    TaskRecord task = tasks.get(grant.task());
    if (task == null || !task.durable) {
      throw violation(
          Invariant.ACKNOWLEDGED_IS_NEVER_LOST, grant.task(), "granted before it was durable");
    }
    note(Journal.Event.GRANTED, task.id, peer.incarnation, grant.lease());
    if (task.end != null) {
      throw violation(Invariant.ONE_END, task.id, "granted after its end");
    }
    if (leases.containsKey(grant.lease()) || task.lease != null) {
      throw violation(Invariant.ONE_LEASE, task.id, "granted while another lease lives");
    }
    if (grant.attempt() != task.attempts + 1) {
      throw violation(
          Invariant.ATTEMPTS_GROW,
          task.id,
          "attempt " + grant.attempt() + " after " + task.attempts);
    }
    if (task.losses >= MOST_LOSSES) {
      throw violation(Invariant.POISON_STOPS, task.id, "granted after " + task.losses + " losses");
    }
    Pool pool = peer.worker.pool(grant.type());
    if (pool == null || ++peer.granted[pool.ordinal()] > peer.limit[pool.ordinal()]) {
      throw violation(
          Invariant.WITHIN_CREDIT,
          task.id,
          Journal.peer(peer.incarnation) + " accepts no more, or never offered the type");
    }
    LeaseRecord lease = new LeaseRecord(grant, task, peer.incarnation, agenda.now());
    leases.put(lease.id, lease);
    task.attempts++;
    task.lease = lease;
    task.last = lease;
  }

  private void cancelled(Cancel cancel) {
    LeaseRecord lease = leases.get(cancel.lease());
    if (cancel.reason() == CancelReason.TIMEOUT && lease.status != LeaseRecord.Status.TIMED_OUT) {
      throw violation(
          Invariant.ONE_LEASE,
          lease.task.id,
          "cancelled for a timeout, and it was " + lease.status);
    }
  }

  private void accepted(Accepted accepted) {
    if (accepted.id() == 0) {
      return;
    }
    TaskRecord task = tasks.get(accepted.id());
    if (task == null || !task.durable) {
      throw violation(
          Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
          accepted.id(),
          "acknowledged before it was durable");
    }
    task.acknowledged = true;
  }

  private void done(Done done) {
    TaskRecord task = tasks.get(done.id());
    if (task == null || done.task() == null) {
      throw violation(
          Invariant.ACKNOWLEDGED_IS_NEVER_LOST, done.id(), "a client is told that it is unknown");
    }
    if (!task.endDurable) {
      throw violation(Invariant.ONE_END, task.id, "a client is told of an end that isn't durable");
    }
  }

  // The store.

  void appended(Changes changes) {
    changes.submitted().forEach(this::submitted);
    changes.ended().forEach(this::ends);
  }

  private void submitted(TaskSpec spec) {
    Plan plan = simulation.plan(spec.payload());
    TaskRecord task = new TaskRecord(spec, plan);
    note(Journal.Event.SUBMITTED, spec.id(), plan.number(), 0);
    if (byPlan[plan.number()] != null || tasks.put(spec.id(), task) != null) {
      throw violation(Invariant.SAME_KEY_SAME_TASK, spec.id(), "one submission became two tasks");
    }
    byPlan[plan.number()] = task;
    if (task.place == Place.NOWHERE) {
      // Between its intake and this the core has it in no place that is looked at.
      move(task, Place.SUBMITTED);
    }
  }

  private void ends(EndedTask end) {
    TaskRecord task = tasks.get(end.spec().id());
    note(Journal.Event.END_APPENDED, task.id, 0, 0);
    if (task.end != null) {
      throw violation(Invariant.ONE_END, task.id, "it ends a second time");
    }
    task.end = end;
    if (end.state() == TaskState.SUCCEEDED) {
      succeeded(task, end);
      return;
    }
    switch (end.error().kind()) {
      case HANDLER, TIMEOUT -> {
        if (task.failures < task.spec.maxAttempts()) {
          throw violation(
              Invariant.ATTEMPTS_GROW,
              task.id,
              "failed after "
                  + task.failures
                  + " failures of "
                  + task.spec.maxAttempts()
                  + " allowed");
        }
      }
      case REJECTED -> {
        if (task.last.error == null || task.last.error.kind() != end.error().kind()) {
          throw violation(Invariant.ONE_END, task.id, "rejected, and no handler said so");
        }
      }
      case WORKER_LOST -> {
        if (task.spec.maxAttempts() != 1) {
          throw violation(Invariant.ONE_END, task.id, "lost, and it may run again");
        }
      }
      case POISON -> {
        if (task.losses < MOST_LOSSES) {
          throw violation(
              Invariant.POISON_STOPS, task.id, "poison after " + task.losses + " losses");
        }
      }
      default ->
          throw violation(Invariant.ONE_END, task.id, "failed for no reason: " + end.error());
    }
  }

  private static void succeeded(TaskRecord task, EndedTask end) {
    long lease = Long.parseLong(end.result().text());
    if (task.last == null || task.last.id != lease) {
      throw violation(Invariant.ONE_LEASE, task.id, "an older lease's result counted");
    }
    if (task.last.status != LeaseRecord.Status.OUTCOME || !task.last.succeeded) {
      throw violation(
          Invariant.ONE_LEASE,
          task.id,
          "a result counted, and its lease ended by " + task.last.status);
    }
  }

  void recorded(Changes changes) {
    for (TaskSpec spec : changes.submitted()) {
      tasks.get(spec.id()).durable = true;
      note(Journal.Event.RECORDED, spec.id(), 0, 0);
    }
    for (EndedTask end : changes.ended()) {
      tasks.get(end.spec().id()).endDurable = true;
      note(Journal.Event.END_RECORDED, end.spec().id(), 0, 0);
    }
  }

  // Workers and clients.

  void started(WorkerNode worker, Attempt attempt) {
    TaskRecord task = tasks.get(attempt.task());
    note(Journal.Event.STARTED, task.id, worker.incarnation, attempt.lease());
    Pool pool = worker.pool(attempt.type());
    if (++worker.taken[pool.ordinal()] > worker.profile.slots().of(pool)) {
      throw violation(
          Invariant.WITHIN_CREDIT,
          task.id,
          Journal.peer(worker.incarnation) + " runs more than it has slots for");
    }
    if (++task.starts > 1 && task.spec.maxAttempts() == 1) {
      throw violation(Invariant.ATTEMPTS_GROW, task.id, "it may start once, and starts again");
    }
    LeaseRecord lease = leases.get(attempt.lease());
    if (lease.started) {
      throw violation(Invariant.ONE_LEASE, task.id, "a lease starts twice");
    }
    lease.started = true;
  }

  void slotFree(WorkerNode worker, Attempt attempt) {
    worker.taken[worker.pool(attempt.type()).ordinal()]--;
  }

  void askedToStop(WorkerNode worker, Attempt attempt) {
    note(Journal.Event.CANCEL_ASKED, attempt.task(), worker.incarnation, attempt.lease());
  }

  void handlerEnded(WorkerNode worker, Attempt attempt, boolean succeeded) {
    note(Journal.Event.HANDLER_ENDED, attempt.task(), worker.incarnation, attempt.lease());
    leases.get(attempt.lease()).succeeded = succeeded;
  }

  /** The task's handler kills its worker. */
  void killed(long id) {
    TaskRecord task = tasks.get(id);
    // A deadline that passes before the loss is noticed makes it a failure.
    if (++task.kills > MOST_LOSSES + task.failures) {
      throw violation(Invariant.POISON_STOPS, id, "it kills its worker number " + task.kills);
    }
  }

  void acknowledged(ClientNode client, Plan plan, long id) {
    note(Journal.Event.ACCEPTED, id, client.incarnation, plan.number());
    TaskRecord task = tasks.get(id);
    if (task == null || task.plan != plan) {
      throw violation(
          Invariant.SAME_KEY_SAME_TASK, id, "accepted for another submission: " + plan.number());
    }
    if (!plan.good()) {
      throw violation(Invariant.BOUNDED_MEMORY, id, "accepted, and it should be refused");
    }
  }

  /** A client hears of an end; gives the task's id. */
  long told(ClientNode client, Task end) {
    long id = TaskId.parse(end.id());
    note(Journal.Event.TOLD, id, client.incarnation, 0);
    TaskRecord task = tasks.get(id);
    if (task.end == null
        || task.end.state() != end.state()
        || end.result() != null && !end.result().equals(task.end.result())) {
      throw violation(Invariant.ONE_END, id, "a client hears of another end than the recorded one");
    }
    return id;
  }

  void abandoned(ClientNode client, long id, RuntimeException why) {
    throw violation(
        Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
        id,
        Journal.peer(client.incarnation) + " is told: " + why.getMessage());
  }

  void refused(ClientNode client, Plan plan, RuntimeException why) {
    throw violation(
        Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
        0,
        Journal.peer(client.incarnation)
            + " hears that submission "
            + plan.number()
            + " is refused: "
            + why.getMessage());
  }

  // The comparison.

  /** Compares the books after a step. */
  void look() {
    if (expectStale && core.counters().stale() != staleBefore + 1) {
      throw violation(
          Invariant.NO_STALE_EPOCH,
          0,
          "a frame of no current session counts, from " + Journal.peer(stepPeer));
    }
    shown = 0;
    view.show(this);
    if (shown != places[Place.SUBMITTED.ordinal()] + liveInModel()) {
      findGone();
    }
    findLostPeers();
    if (view.rememberedLeases() > places[Place.QUEUED.ordinal()]) {
      throw violation(
          Invariant.BOUNDED_MEMORY,
          0,
          view.rememberedLeases()
              + " ended leases are kept for "
              + places[Place.QUEUED.ordinal()]
              + " waiting tasks");
    }
    compareLedger();
  }

  private int liveInModel() {
    return places[Place.QUEUED.ordinal()]
        + places[Place.BACKOFF.ordinal()]
        + places[Place.LEASED.ordinal()]
        + places[Place.ENDING.ordinal()];
  }

  private void move(TaskRecord task, Place to) {
    Place from = task.place;
    if (!Move.allowed(from, to)) {
      throw violation(Invariant.ONE_PLACE, task.id, "from " + from + " to " + to);
    }
    note(Journal.Event.MOVED, task.id, from.ordinal(), to.ordinal());
    tally.moved(from, to);
    places[from.ordinal()]--;
    places[to.ordinal()]++;
    task.place = to;
  }

  @Override
  public void misplaced(long task, String how) {
    throw violation(Invariant.ONE_PLACE, task, how);
  }

  @Override
  public void task(long id, int ordinal, long lease, int attempt, int failures, int losses) {
    TaskRecord task = tasks.get(id);
    Place place = Place.of(ordinal);
    if (task == null) {
      if (place != Place.SUBMITTED) {
        throw violation(Invariant.ONE_PLACE, id, "it is " + place + ", and was never stored");
      }
      return;
    }
    shown++;
    task.seen = number;
    compareLease(task, place, lease, failures);
    if (task.place != place) {
      if (!task.durable) {
        throw violation(
            Invariant.ACKNOWLEDGED_IS_NEVER_LOST, id, "it is " + place + " and not durable");
      }
      move(task, place);
    }
    if (task.attempts != attempt || task.failures != failures) {
      throw violation(
          Invariant.ATTEMPTS_GROW,
          id,
          "the core counts %d attempts and %d failures, there were %d and %d"
              .formatted(attempt, failures, task.attempts, task.failures));
    }
    if (task.losses != losses) {
      throw violation(
          Invariant.POISON_STOPS,
          id,
          "the core counts %d losses, there were %d".formatted(losses, task.losses));
    }
  }

  private void compareLease(TaskRecord task, Place place, long lease, int failures) {
    LeaseRecord held = task.lease;
    if (held != null && held.id != lease) {
      ended(held, failures);
      task.lease = null;
    } else if (held != null) {
      goesOn(held);
    }
    if (task.lease == null && lease != 0) {
      adopted(task, lease);
    }
  }

  private void goesOn(LeaseRecord lease) {
    if (welcomed && lease.worker == stepPeer && lease.heldStep == number) {
      lease.since = agenda.now();
    }
    if (step == Step.TICK && agenda.now() > deadline(lease) + stoodStill + TOLERANCE_NANOS) {
      throw violation(Invariant.ONE_LEASE, lease.task.id, "a lease lives beyond its deadline");
    }
  }

  private long deadline(LeaseRecord lease) {
    return lease.since + lease.timeoutNanos + settings.timings().grace() * 1_000_000L;
  }

  private void adopted(TaskRecord task, long id) {
    LeaseRecord lease = leases.get(id);
    if (lease == null || lease.task != task) {
      throw violation(Invariant.ONE_LEASE, task.id, "it holds a lease that nobody was granted");
    }
    if (lease != task.last || !lease.mayComeBack() || lease.worker != stepPeer) {
      throw violation(
          Invariant.ONE_LEASE, task.id, "a lease goes on that had ended by " + lease.status);
    }
    note(Journal.Event.LEASE_ADOPTED, task.id, lease.id, lease.worker);
    if (lease.status == LeaseRecord.Status.LOST) {
      task.losses--;
    }
    lease.status = LeaseRecord.Status.LIVE;
    lease.since = agenda.now();
    task.lease = lease;
  }

  /** A lease that lived before this step does not any more: why? */
  private void ended(LeaseRecord lease, int failures) {
    TaskRecord task = lease.task;
    if (lease.outcomeStep == number && lease.worker == stepPeer) {
      lease.status = LeaseRecord.Status.OUTCOME;
      if (lease.error != null && lease.error.kind() != ErrorKind.REJECTED) {
        task.failures++;
      }
    } else if (lease.releaseStep == number && lease.worker == stepPeer) {
      lease.status =
          lease.releasedStarted
              ? LeaseRecord.Status.GIVEN_BACK
              : LeaseRecord.Status.GIVEN_BACK_UNSTARTED;
    } else if (step == Step.BYE && lease.worker == stepPeer) {
      lease.status = LeaseRecord.Status.LEFT;
    } else if (welcomed && lease.worker == stepPeer && lease.heldStep != number) {
      lease.status = LeaseRecord.Status.NEVER_ARRIVED;
    } else if (step == Step.TICK && failures > task.failures && agenda.now() >= deadline(lease)) {
      lease.status = LeaseRecord.Status.TIMED_OUT;
      task.failures++;
    } else if (workerGone(peers.get(lease.worker))) {
      lease.status = LeaseRecord.Status.LOST;
      task.losses++;
    } else {
      throw violation(Invariant.ONE_LEASE, task.id, "its lease ends for no reason");
    }
    note(Journal.Event.LEASE_ENDED, task.id, lease.id, lease.status.ordinal());
  }

  /** Whether this step is a reason to give the worker up. */
  private boolean workerGone(PeerRecord peer) {
    return step == Step.TICK
            && agenda.now() - peer.heardAt >= settings.timings().loss() * 1_000_000L
        || step == Step.MEMBER_LEFT && peer.worker.nodeId.equals(stepNode);
  }

  @Override
  public void worker(long incarnation, int held) {
    PeerRecord peer = peers.get(incarnation);
    peer.seen = number;
    if (step == Step.TICK
        && agenda.now() - peer.heardAt
            > settings.timings().loss() * 1_000_000L + stoodStill + TOLERANCE_NANOS) {
      throw violation(
          Invariant.DRAINS, 0, Journal.peer(incarnation) + " is silent, and not given up");
    }
  }

  private void findLostPeers() {
    for (PeerRecord peer : peers.values()) {
      if (peer.worker != null && peer.session != null && peer.seen != number) {
        if (!workerGone(peer)) {
          throw violation(
              Invariant.DRAINS, 0, Journal.peer(peer.incarnation) + " is given up for no reason");
        }
        note(Journal.Event.PEER_GIVEN_UP, 0, peer.incarnation, 0);
        peer.session = null;
      }
    }
  }

  private void findGone() {
    for (TaskRecord task : tasks.values()) {
      if (task.place != Place.NOWHERE && task.seen != number) {
        if (!task.endDurable) {
          throw violation(
              Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
              task.id,
              "it was " + task.place + ", and the core knows it no more");
        }
        ended[task.end.state().ordinal()]++;
        move(task, Place.NOWHERE);
      }
    }
  }

  private void compareLedger() {
    Ledger ledger = core.ledger();
    long sum =
        ledger.scheduled()
            + ledger.queued()
            + ledger.running()
            + ledger.succeeded()
            + ledger.failed()
            + ledger.cancelled();
    boolean right =
        ledger.submitted() == sum
            && ledger.submitted() == tasks.size() - places[Place.SUBMITTED.ordinal()]
            && ledger.scheduled() == places[Place.BACKOFF.ordinal()]
            && ledger.queued() == places[Place.QUEUED.ordinal()]
            && ledger.running() == places[Place.LEASED.ordinal()] + places[Place.ENDING.ordinal()]
            && ledger.succeeded() == ended[TaskState.SUCCEEDED.ordinal()]
            && ledger.failed() == ended[TaskState.FAILED.ordinal()]
            && ledger.cancelled() == ended[TaskState.CANCELLED.ordinal()];
    if (!right) {
      throw violation(Invariant.LEDGER, 0, ledger.toString());
    }
  }

  // The end.

  /** Tasks that the store was given. */
  int submissions() {
    return tasks.size();
  }

  boolean knows(Plan plan) {
    return byPlan[plan.number()] != null;
  }

  /** Whether every task has ended. */
  boolean drained() {
    return view.liveTasks() == 0 && view.unrecorded() == 0;
  }

  /** What has not ended when all should have. */
  Violation undrained(String what) {
    for (TaskRecord task : tasks.values()) {
      if (task.place != Place.NOWHERE) {
        return violation(Invariant.DRAINS, task.id, "it is still " + task.place + "; " + what);
      }
    }
    return violation(Invariant.DRAINS, 0, what);
  }

  /** To be called when nothing is left to do. */
  void close() {
    for (TaskRecord task : tasks.values()) {
      if (!task.endDurable) {
        throw violation(
            task.acknowledged ? Invariant.ACKNOWLEDGED_IS_NEVER_LOST : Invariant.DRAINS,
            task.id,
            "it has no end");
      }
    }
    if (view.rememberedLeases() != 0) {
      throw violation(Invariant.BOUNDED_MEMORY, 0, "leases are remembered for nobody");
    }
    for (PeerRecord peer : peers.values()) {
      if (peer.worker != null && peer.session != null && !peer.worker.dead()) {
        for (Pool pool : Pool.values()) {
          long free = peer.limit[pool.ordinal()] - peer.granted[pool.ordinal()];
          if (free != peer.worker.profile.slots().of(pool)) {
            throw violation(
                Invariant.WITHIN_CREDIT,
                0,
                Journal.peer(peer.incarnation)
                    + " has all its slots free, and credits for "
                    + free
                    + " of "
                    + peer.worker.profile.slots().of(pool));
          }
        }
      }
    }
  }
}
