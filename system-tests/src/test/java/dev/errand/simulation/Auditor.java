package dev.errand.simulation;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.CoreView;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.dispatcher.core.TypeSettings;
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
import dev.errand.protocol.frame.WorkerHello;
import dev.errand.simulation.LeaseRecord.Status;
import it.unimi.dsi.fastutil.longs.Long2ObjectLinkedOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * Watches whatever passes between the parts of a simulation, keeps books of its own, and compares
 * them with the core's after every step. Owner: the simulation's thread.
 */
final class Auditor implements CoreView.Visitor {

  /** How much later than due something may happen: ticks are 50 ms apart. */
  private static final long TOLERANCE_NANOS = 250_000_000;

  /** How much later than a core begins to count time something may be seen here. */
  private static final long TURN_NANOS = 10_000_000;

  private static final int MOST_LOSSES = 3;

  /** What the step is that is being looked at. */
  private enum Step {
    FRAME,
    HELLO,
    BYE,
    TICK,
    MEMBER_LEFT,
    ORDER,
    OTHER
  }

  private final Simulation simulation;
  private final Agenda agenda;
  private final Journal journal;
  private final Tally tally;
  private final CoreSettings.Timings timings;
  private final CoreSettings.Limits limits;
  private final Long2ObjectLinkedOpenHashMap<TaskRecord> tasks =
      new Long2ObjectLinkedOpenHashMap<>();
  private final Long2ObjectOpenHashMap<LeaseRecord> leases = new Long2ObjectOpenHashMap<>();
  private final Long2ObjectLinkedOpenHashMap<PeerRecord> peers =
      new Long2ObjectLinkedOpenHashMap<>();
  private final Map<String, TypeRecord> types = new HashMap<>();
  private final Map<String, Long> keys = new HashMap<>();
  private final TaskRecord[] byBody;
  private final int[] places = new int[Place.values().length];
  private final int[] states = new int[TaskState.values().length];

  private DispatcherCore core;
  private CoreView view;
  private int epoch;
  private long startedAt;
  private int restarts;
  private int recoveredLive;
  private long number;
  private Step step = Step.OTHER;
  private long stepPeer;
  private String stepNode;

  /** What the HELLO of this step says that its worker holds. */
  private final List<LeaseRecord> held = new ArrayList<>();

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
    this.timings = settings.timings();
    this.limits = settings.limits();
    this.byBody = new TaskRecord[plans];
    for (String type : Workload.TYPES) {
      types.put(type, new TypeRecord());
    }
  }

  void observe(DispatcherCore of, CoreView in, int itsEpoch) {
    core = of;
    view = in;
    epoch = itsEpoch;
    startedAt = agenda.now();
    recoveredLive = 0;
    begin(Step.OTHER, 0);
    note(Journal.Event.DISPATCHER_BEGINS, 0, 0, epoch);
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

  void orders() {
    begin(Step.ORDER, 0);
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
    held.clear();
    for (WorkerHello.Held each : hello.held()) {
      LeaseRecord lease = leases.get(each.lease());
      if (lease != null) {
        lease.heldStep = number;
        held.add(lease);
      }
    }
  }

  private void taken(PeerRecord peer, FrameKind kind, byte[] frame) throws MalformedFrameException {
    BatchReader batch = new BatchReader(frame);
    switch (kind) {
      case OUTCOMES -> {
        while (batch.next()) {
          Outcome outcome = Outcome.read(batch);
          LeaseRecord lease = leases.get(outcome.lease());
          note(Journal.Event.OUTCOME_ARRIVED, outcome.task(), peer.incarnation, outcome.lease());
          lease.outcomeStep = number;
          lease.error = outcome.error();
          boolean overstays = lease.error != null && lease.error.kind() == ErrorKind.TIMEOUT;
          if (lease.zombie && !overstays) {
            peer.zombies.remove(lease);
            rest(lease);
          }
        }
      }
      case RELEASE -> {
        while (batch.next()) {
          LeaseRecord lease = leases.get(Release.read(batch).lease());
          lease.releaseStep = number;
          if (lease.zombie) {
            checkHandlerEnded(peer, lease);
            peer.zombies.remove(lease);
            rest(lease);
          }
        }
      }
      case BYE -> {
        step = Step.BYE;
        forget(peer);
      }
      default -> {}
    }
  }

  /** A worker in a hurry gives everything back; any other says only what is true. */
  private static void checkHandlerEnded(PeerRecord peer, LeaseRecord lease) {
    if (lease.started && !lease.ended && !peer.worker.leaving()) {
      throw violation(
          Invariant.WITHIN_CREDIT,
          lease.task.id,
          Journal.peer(peer.incarnation) + " says that a handler has ended, and it goes on");
    }
  }

  private void forget(PeerRecord peer) {
    peer.session = null;
    peer.zombies.forEach(this::rest);
    peer.zombies.clear();
  }

  /** A zombie's handler has ended, or its worker. */
  private void rest(LeaseRecord lease) {
    lease.zombie = false;
    types.get(lease.task.spec.type()).zombies--;
  }

  private void haunt(LeaseRecord lease) {
    if (lease.sent) {
      lease.zombie = true;
      types.get(lease.task.spec.type()).zombies++;
      peers.get(lease.worker).zombies.add(lease);
    }
  }

  /** The dispatcher answers a request. */
  void answered(byte[] frame) {
    if (frame == null) {
      return;
    }
    try {
      Header header = Header.read(frame);
      if (header.kind() == FrameKind.WELCOME) {
        welcome(header);
      }
    } catch (MalformedFrameException e) {
      throw new IllegalStateException(e);
    }
  }

  private void welcome(Header header) {
    welcomed = true;
    long incarnation = header.session().peer();
    PeerRecord peer =
        peers.computeIfAbsent(
            incarnation, id -> new PeerRecord(id, simulation.worker(incarnation)));
    peer.begin(header.session(), agenda.now());
    peer.zombies.removeIf(
        lease -> {
          boolean gone = lease.heldStep != number;
          if (gone) {
            rest(lease);
          }
          return gone;
        });
    note(Journal.Event.PEER_LINKED, 0, incarnation, header.session().number());
  }

  // Orders.

  /** The core has taken an order to cancel that task. */
  void cancelled(long id) {
    tally.order(Order.CANCEL);
    note(Journal.Event.CANCEL_ORDERED, id, 0, 0);
    tasks.get(id).cancelled = true;
  }

  /** The core is ordered to cancel a batch, and says how many tasks it cancels. */
  void cancelled(String batch, IntSupplier order) {
    tally.order(Order.CANCEL_BATCH);
    int expected = 0;
    for (TaskRecord task : tasks.values()) {
      boolean its = task.spec.batch() != null && task.spec.batch().batch().equals(batch);
      boolean live =
          task.place != Place.NOWHERE
              && task.place != Place.ASIDE
              && task.place != Place.SUBMITTED
              && task.place != Place.ENDING;
      if (its && live) {
        expected++;
        note(Journal.Event.CANCEL_ORDERED, task.id, 0, 0);
        task.cancelled = true;
      }
    }
    int cancelled = order.getAsInt();
    if (cancelled != expected) {
      throw violation(
          Invariant.LEDGER, 0, cancelled + " of a batch's " + expected + " tasks are cancelled");
    }
  }

  /** The core has taken an order to try that task again. */
  void retried(long id) {
    tally.order(Order.RETRY);
    TaskRecord task = tasks.get(id);
    if (!task.endDurable || task.place != Place.NOWHERE) {
      throw violation(Invariant.ONE_END, id, "tried again before it has ended");
    }
    task.begin(task.generation + 1, agenda.now());
    note(Journal.Event.RETRY_ORDERED, id, task.generation, 0);
    move(task, Place.SUBMITTED);
  }

  /** The core has taken an order for a type. */
  void set(String type, boolean paused, int limit) {
    TypeRecord its = types.get(type);
    if (its.paused != paused) {
      tally.order(paused ? Order.PAUSE : Order.RESUME);
    }
    if (limit != 0) {
      tally.order(Order.LIMIT);
    }
    its.paused = paused;
    its.limit = limit;
    note(Journal.Event.TYPE_SET, 0, paused ? 1 : 0, limit);
  }

  /** A worker is told to leave. */
  void drained(long incarnation) {
    tally.order(Order.DRAIN);
    note(Journal.Event.DRAIN_ORDERED, 0, incarnation, 0);
    peers.get(incarnation).drains(agenda.now());
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
          case CANCEL -> cancels(Cancel.read(batch));
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
    LeaseRecord lease = leases.get(grant.lease());
    if (lease == null) {
      lease = lease(task, grant.lease());
    }
    if (lease.sent || lease.status != Status.LIVE || lease.task != task) {
      throw violation(Invariant.ONE_LEASE, task.id, "a lease is sent that is " + lease.status);
    }
    if (grant.attempt() != task.attempts) {
      throw violation(
          Invariant.ATTEMPTS_GROW,
          task.id,
          "granted as attempt " + grant.attempt() + ", it is number " + task.attempts);
    }
    if (task.spec.atMostOnce() && !simulation.store().hasLease(task.id, lease.id)) {
      throw violation(
          Invariant.ATTEMPTS_GROW, task.id, "its only attempt is sent before that is durable");
    }
    if (lease.since > peer.drainsSince()) {
      throw violation(
          Invariant.WITHIN_CREDIT, task.id, Journal.peer(peer.incarnation) + " was told to leave");
    }
    lease.sent = true;
    lease.since = agenda.now();
    lease.worker = peer.incarnation;
    lease.timeoutNanos = grant.timeoutMillis() * 1_000_000;
    Pool pool = peer.worker.pool(grant.type());
    if (pool == null || !peer.worker.carries(task.spec.terms().require())) {
      throw violation(
          Invariant.WITHIN_CREDIT, task.id, Journal.peer(peer.incarnation) + " never offered it");
    }
    if (++peer.granted[pool.ordinal()] > peer.limit[pool.ordinal()]) {
      throw violation(
          Invariant.WITHIN_CREDIT, task.id, Journal.peer(peer.incarnation) + " accepts no more");
    }
  }

  /** A task gets a new lease. */
  private LeaseRecord lease(TaskRecord task, long id) {
    if (task.end != null) {
      throw violation(Invariant.ONE_END, task.id, "leased after its end");
    }
    if (task.lease != null) {
      throw violation(Invariant.ONE_LEASE, task.id, "leased while another lease lives");
    }
    if (id >>> 41 != epoch) {
      throw violation(Invariant.NO_STALE_EPOCH, task.id, "a lease of another epoch");
    }
    if (task.losses >= MOST_LOSSES) {
      throw violation(Invariant.POISON_STOPS, task.id, "leased after " + task.losses + " losses");
    }
    long delay = task.generation == 1 ? task.spec.terms().delay() * 1_000_000 : 0;
    if (delay != 0
        && !task.recovered
        && agenda.now() + stoodStill + TURN_NANOS < task.openedAt + delay) {
      throw violation(Invariant.ONE_PLACE, task.id, "leased before its delay is over");
    }
    TypeRecord type = types.get(task.spec.type());
    if (type.paused) {
      throw violation(Invariant.WITHIN_CREDIT, task.id, "leased while its type is paused");
    }
    if (type.limit != 0 && type.running + type.zombies >= type.limit) {
      throw violation(
          Invariant.WITHIN_CREDIT,
          task.id,
          "leased while %d of its type run and %d do not end, and %d may"
              .formatted(type.running, type.zombies, type.limit));
    }
    LeaseRecord lease = new LeaseRecord(id, task, agenda.now());
    leases.put(id, lease);
    task.attempts++;
    live(lease);
    return lease;
  }

  private void live(LeaseRecord lease) {
    lease.status = Status.LIVE;
    lease.since = agenda.now();
    lease.task.lease = lease;
    lease.task.last = lease;
    types.get(lease.task.spec.type()).running++;
  }

  private void cancels(Cancel cancel) {
    LeaseRecord lease = leases.get(cancel.lease());
    if (cancel.reason() == CancelReason.TIMEOUT
        && lease.status != Status.TIMED_OUT
        && lease.status != Status.EXPIRED) {
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
    if (task == null || !task.durable && task.generation == 1) {
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
    if (!hasEnded(task, done.task())) {
      throw violation(Invariant.ONE_END, task.id, "a client is told of an end that isn't durable");
    }
  }

  private static boolean hasEnded(TaskRecord task, Task end) {
    for (StoredTask each : task.ends) {
      if (each.state() == end.state()
          && (end.result() == null || end.result().equals(each.result()))) {
        return true;
      }
    }
    return false;
  }

  // The store.

  void appended(Changes changes) {
    for (StoredTask record : changes.tasks()) {
      TaskRecord task = tasks.get(record.spec().id());
      if (task == null) {
        task = submitted(record.spec());
      }
      if (record.tries().generation() != task.generation
          || record.tries().attempts() > task.attempts) {
        throw violation(
            Invariant.ATTEMPTS_GROW,
            task.id,
            "stored with " + record.tries() + ", it had " + task.attempts + " attempts");
      }
      if (record.state().terminal()) {
        ends(task, record);
      }
    }
  }

  private TaskRecord submitted(TaskSpec spec) {
    Plan plan = simulation.plan(spec.payload());
    TaskRecord task = new TaskRecord(spec, plan, agenda.now());
    note(Journal.Event.SUBMITTED, spec.id(), plan.number(), 0);
    if (byBody[plan.body()] != null
        || tasks.put(spec.id(), task) != null
        || spec.key() != null && keys.put(spec.key(), spec.id()) != null) {
      throw violation(
          Invariant.SAME_KEY_SAME_TASK, spec.id(), "one submission, or key, became two tasks");
    }
    byBody[plan.body()] = task;
    move(task, Place.SUBMITTED);
    return task;
  }

  private void ends(TaskRecord task, StoredTask end) {
    note(Journal.Event.END_APPENDED, task.id, 0, 0);
    if (task.end != null) {
      throw violation(Invariant.ONE_END, task.id, "it ends a second time");
    }
    task.end = end;
    switch (end.state()) {
      case SUCCEEDED -> succeeded(task, end);
      case CANCELLED -> {
        if (!task.cancelled) {
          throw violation(Invariant.ONE_END, task.id, "cancelled, and nobody ordered it");
        }
      }
      default -> failed(task, end);
    }
  }

  private void failed(TaskRecord task, StoredTask end) {
    int most = task.spec.terms().maxAttempts();
    boolean right =
        switch (end.error().kind()) {
          case HANDLER, TIMEOUT -> task.failures >= most;
          case REJECTED ->
              task.last.status == Status.OUTCOME
                  && task.last.error != null
                  && task.last.error.kind() == ErrorKind.REJECTED;
          case WORKER_LOST -> task.spec.atMostOnce();
          case POISON -> task.losses >= MOST_LOSSES;
          case EXPIRED ->
              task.spec.terms().expiresIn() != 0
                  && (task.recovered || agenda.now() + stoodStill + TURN_NANOS >= expiry(task));
          default -> false;
        };
    if (!right) {
      throw violation(
          end.error().kind() == ErrorKind.POISON ? Invariant.POISON_STOPS : Invariant.ATTEMPTS_GROW,
          task.id,
          "it ends as %s after %d failures of %d and %d losses"
              .formatted(end.error().kind().text(), task.failures, most, task.losses));
    }
  }

  private static long expiry(TaskRecord task) {
    return task.openedAt + task.spec.terms().expiresIn() * 1_000_000;
  }

  private static void succeeded(TaskRecord task, StoredTask end) {
    long lease = Long.parseLong(end.result().text());
    if (task.last == null || task.last.id != lease) {
      throw violation(Invariant.ONE_LEASE, task.id, "an older lease's result counts");
    }
    if (task.last.status != Status.OUTCOME || !task.last.succeeded) {
      throw violation(
          Invariant.ONE_LEASE,
          task.id,
          "a result counts, and its lease ended by " + task.last.status);
    }
  }

  void recorded(Changes changes) {
    for (StoredTask record : changes.tasks()) {
      TaskRecord task = tasks.get(record.spec().id());
      if (!task.durable) {
        task.durable = true;
        note(Journal.Event.RECORDED, task.id, 0, 0);
      }
      if (record.state().terminal() && record == task.end) {
        task.endDurable = true;
        task.ends.add(record);
        note(Journal.Event.END_RECORDED, task.id, 0, 0);
      }
    }
  }

  // A dispatcher dies and another one goes on.

  void dies() {
    restarts++;
    note(Journal.Event.DISPATCHER_GONE, 0, 0, 0);
    for (PeerRecord peer : peers.values()) {
      forget(peer);
    }
    types.values().forEach(type -> type.running = 0);
    for (LeaseRecord lease : leases.values()) {
      if (!lease.task.endDurable) {
        lease.status = Status.ORPHANED;
      }
    }
    for (TaskRecord task : tasks.values()) {
      task.lease = null;
      task.place = Place.NOWHERE;
      task.state = null;
    }
    Arrays.fill(places, 0);
    Arrays.fill(states, 0);
  }

  /** What the store has kept is what counts from now on. */
  void recovers(Map<Long, StoredTask> stored, List<TypeSettings> settings) {
    for (TaskRecord task : List.copyOf(tasks.values())) {
      StoredTask record = stored.get(task.id);
      if (record == null) {
        erase(task);
      } else {
        recovers(task, record);
      }
    }
    types.values().forEach(type -> type.paused = false);
    types.values().forEach(type -> type.limit = 0);
    for (TypeSettings each : settings) {
      types.get(each.type()).paused = each.paused();
      types.get(each.type()).limit = each.limit();
    }
  }

  private void erase(TaskRecord task) {
    if (task.acknowledged) {
      throw violation(
          Invariant.ACKNOWLEDGED_IS_NEVER_LOST, task.id, "acknowledged, and not in the store");
    }
    tasks.remove(task.id);
    byBody[task.plan.body()] = null;
    if (task.spec.key() != null) {
      keys.remove(task.spec.key());
    }
  }

  private void recovers(TaskRecord task, StoredTask record) {
    Tries tries = record.tries();
    note(Journal.Event.RECOVERED, task.id, tries.attempts(), tries.losses());
    if (task.generation == tries.generation() && task.endDurable && !record.state().terminal()) {
      throw violation(Invariant.ONE_END, task.id, "its recorded end is gone");
    }
    // What ends an attempt is not forced: with a loss of power it may be forgotten.
    task.forgotten += Math.max(0, task.losses - tries.losses());
    task.forgotten += Math.max(0, task.failures - tries.failures()) + 1;
    task.generation = tries.generation();
    task.recovered = true;
    task.durable = true;
    task.cancelled = false;
    task.attempts = tries.attempts();
    task.failures = tries.failures();
    task.losses = tries.losses();
    task.end = null;
    task.endDurable = false;
    if (record.lease() != null && record.lease().owner() != 0) {
      task.last = leases.get(record.lease().id());
      if (record.lease().open() && !record.state().terminal()) {
        task.last.status = Status.LOST;
        task.last.counted = record.state() != TaskState.RUNNING;
        task.last.worker = record.lease().owner();
      } else if (task.last.status == Status.ORPHANED) {
        task.last.status = Status.NEVER_ARRIVED;
      }
    } else {
      task.last = null;
    }
    if (record.state().terminal()) {
      task.end = record;
      task.endDurable = true;
      if (!task.ends.contains(record)) {
        task.ends.add(record);
      }
      count(task, record.state());
    } else {
      recoveredLive++;
    }
  }

  // Workers and clients.

  void started(WorkerNode worker, Grant grant) {
    TaskRecord task = tasks.get(grant.task());
    note(Journal.Event.STARTED, task.id, worker.incarnation, grant.lease());
    Pool pool = worker.pool(grant.type());
    if (++worker.taken[pool.ordinal()] > worker.profile.slots().of(pool)) {
      throw violation(
          Invariant.WITHIN_CREDIT,
          task.id,
          Journal.peer(worker.incarnation) + " runs more than it has slots for");
    }
    LeaseRecord lease = leases.get(grant.lease());
    if (lease.started) {
      throw violation(Invariant.ONE_LEASE, task.id, "a lease starts twice");
    }
    lease.started = true;
    if (lease.generation == task.generation && ++task.starts > 1 && task.spec.atMostOnce()) {
      throw violation(Invariant.ATTEMPTS_GROW, task.id, "it may start once, and starts again");
    }
  }

  void slotFree(WorkerNode worker, Grant grant) {
    worker.taken[worker.pool(grant.type()).ordinal()]--;
  }

  void askedToStop(WorkerNode worker, Grant grant) {
    note(Journal.Event.CANCEL_ASKED, grant.task(), worker.incarnation, grant.lease());
  }

  void handlerEnded(WorkerNode worker, Grant grant, boolean succeeded) {
    note(Journal.Event.HANDLER_ENDED, grant.task(), worker.incarnation, grant.lease());
    LeaseRecord lease = leases.get(grant.lease());
    lease.ended = true;
    lease.succeeded = succeeded;
  }

  /** The task's handler kills its worker. */
  void killed(Grant grant) {
    TaskRecord task = tasks.get(grant.task());
    if (leases.get(grant.lease()).generation != task.generation) {
      // Its worker was thought lost when it was tried again.
      return;
    }
    // A deadline that passes before the loss is noticed makes it a failure.
    if (++task.kills > MOST_LOSSES + task.failures + task.forgotten) {
      throw violation(Invariant.POISON_STOPS, task.id, "it kills its worker number " + task.kills);
    }
  }

  void acknowledged(ClientNode client, Plan plan, long id) {
    note(Journal.Event.ACCEPTED, id, client.incarnation, plan.number());
    TaskRecord task = tasks.get(id);
    if (!plan.good()) {
      throw violation(Invariant.BOUNDED_MEMORY, id, "accepted, and it should be refused");
    }
    if (task == null || task.plan.body() != plan.body()) {
      throw violation(
          Invariant.SAME_KEY_SAME_TASK, id, "accepted for another submission: " + plan.number());
    }
    if (task.plan != plan) {
      tally.fault(Fault.KEY_REPEATED);
    }
  }

  /** A client hears of an end; gives the task's id. */
  long told(ClientNode client, Task end) {
    long id = TaskId.parse(end.id());
    note(Journal.Event.TOLD, id, client.incarnation, 0);
    if (!hasEnded(tasks.get(id), end)) {
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

  /** A client hears that there is no room. */
  void full(ClientNode client) {
    if (limits.queued() >= byBody.length && limits.queuedBytes() > Integer.MAX_VALUE) {
      throw violation(
          Invariant.BOUNDED_MEMORY,
          0,
          Journal.peer(client.incarnation) + " hears that there is no room, and there is");
    }
  }

  /** A client hears that nobody knows. */
  void unknown(ClientNode client) {
    if (restarts == 0) {
      throw violation(
          Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
          0,
          Journal.peer(client.incarnation) + " hears that nobody knows what became of a task");
    }
  }

  void refused(ClientNode client, Plan plan, RuntimeException why) {
    String key = plan.request().idempotencyKey();
    Long other = key == null ? null : keys.get(key);
    if (other != null && tasks.get(other.longValue()).plan.body() != plan.body()) {
      tally.fault(Fault.KEY_CONFLICT);
      return;
    }
    throw violation(
        plan.contested() ? Invariant.SAME_KEY_SAME_TASK : Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
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
    if (recoveredLive != 0) {
      if (shown + view.beyond() != recoveredLive) {
        throw violation(
            Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
            0,
            "%d tasks were to be recovered, %d are".formatted(recoveredLive, shown));
      }
      findRecoveredAside();
      recoveredLive = 0;
    }
    if (shown + places[Place.ASIDE.ordinal()] != live()) {
      findGone();
    }
    if (view.beyond() != places[Place.ASIDE.ordinal()]) {
      throw violation(
          Invariant.ONE_PLACE,
          0,
          "the core counts %d tasks that only the store has; there are %d"
              .formatted(view.beyond(), places[Place.ASIDE.ordinal()]));
    }
    findLostPeers();
    if (view.liveTasks() > limits.queued() || view.liveBytes() > limits.queuedBytes()) {
      throw violation(
          Invariant.BOUNDED_MEMORY,
          0,
          view.liveTasks() + " tasks of " + view.liveBytes() + " bytes are too many");
    }
    compareLedger();
  }

  private int live() {
    int live = 0;
    for (int place = 0; place < Place.NOWHERE.ordinal(); place++) {
      live += places[place];
    }
    return live;
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
    switch (to) {
      case SUBMITTED -> {
        // One that is tried again counts as what it was until that is durable.
        if (task.generation == 1) {
          count(task, null);
        }
      }
      case DELAYED, BACKOFF -> count(task, TaskState.SCHEDULED);
      case QUEUED, RECOVERING, ASIDE -> count(task, TaskState.QUEUED);
      case LEASED -> count(task, TaskState.RUNNING);
      case ENDING -> {
        if (task.last != null && task.last.status == Status.LOST) {
          // Whatever its worker still says of it is of no interest.
          task.last.status = Status.CANCELLED;
        }
      }
      case NOWHERE -> count(task, task.end.state());
    }
  }

  private void count(TaskRecord task, TaskState state) {
    if (task.state != null) {
      states[task.state.ordinal()]--;
    }
    if (state != null) {
      states[state.ordinal()]++;
    }
    task.state = state;
  }

  @Override
  public void misplaced(long task, String how) {
    throw violation(Invariant.ONE_PLACE, task, how);
  }

  @Override
  public void oversized(String how) {
    throw violation(Invariant.BOUNDED_MEMORY, 0, how);
  }

  @Override
  public void task(long id, int ordinal, TaskState state, long lease, Tries tries) {
    int generation = tries.generation();
    int attempts = tries.attempts();
    int failures = tries.failures();
    int losses = tries.losses();
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
    compareLease(task, lease, failures, losses);
    if (task.lease == null && task.last != null && task.last.status == Status.LOST) {
      waits(task, task.last, place, losses);
    }
    if (task.place != place) {
      if (!task.durable) {
        throw violation(
            Invariant.ACKNOWLEDGED_IS_NEVER_LOST, id, "it is " + place + " and not durable");
      }
      Place from = task.place;
      move(task, place);
      if (place == Place.ENDING && step == Step.TICK) {
        endsInTick(task, from, state);
      }
    }
    if (task.generation != generation || task.attempts != attempts || task.failures != failures) {
      throw violation(
          Invariant.ATTEMPTS_GROW,
          id,
          "the core counts generation %d, %d attempts, %d failures; there were %d, %d and %d"
              .formatted(
                  generation, attempts, failures, task.generation, task.attempts, task.failures));
    }
    if (task.losses != losses) {
      throw violation(
          Invariant.POISON_STOPS,
          id,
          "the core counts %d losses, there were %d".formatted(losses, task.losses));
    }
    if (step == Step.TICK
        && task.spec.terms().expiresIn() != 0
        && place != Place.ENDING
        && place != Place.SUBMITTED
        && !task.recovered
        && agenda.now() > expiry(task) + stoodStill + TOLERANCE_NANOS) {
      throw violation(Invariant.DRAINS, id, "it is still " + place + " beyond its expiry");
    }
  }

  /** More than one of its timers may have fired in that tick, and the last one has ended it. */
  private void endsInTick(TaskRecord task, Place from, TaskState state) {
    boolean possible =
        switch (from) {
          case LEASED -> state == TaskState.SCHEDULED || state == TaskState.QUEUED;
          case BACKOFF, DELAYED -> state == TaskState.QUEUED;
          default -> false;
        };
    if (possible) {
      count(task, state);
    }
  }

  private void compareLease(TaskRecord task, long lease, int failures, int losses) {
    LeaseRecord current = task.lease;
    if (current != null && current.id != lease) {
      ended(current, lease, failures, losses);
    } else if (current != null
        && step == Step.TICK
        && current.sent
        && agenda.now() > deadline(current) + stoodStill + TOLERANCE_NANOS) {
      throw violation(Invariant.ONE_LEASE, task.id, "a lease lives beyond its deadline");
    }
    if (task.lease == null && lease != 0) {
      adopted(task, lease);
    }
  }

  /** Its last lease is lost and may come back. */
  private void waits(TaskRecord task, LeaseRecord last, Place place, int losses) {
    if (place != Place.ENDING && neverArrived(last)) {
      neverArrives(last);
    } else if (step == Step.TICK
        && !last.counted
        && losses > task.losses
        && agenda.now() - startedAt >= timings.loss() * 1_000_000L) {
      last.counted = true;
      task.losses++;
    }
  }

  /** Whether its worker says in this step that it does not have it. */
  private boolean neverArrived(LeaseRecord lost) {
    return welcomed && lost.worker == stepPeer && lost.heldStep != number;
  }

  private void neverArrives(LeaseRecord lost) {
    comesBack(lost);
    lost.status = Status.NEVER_ARRIVED;
    note(Journal.Event.LEASE_ENDED, lost.task.id, lost.id, lost.status.ordinal());
  }

  private long deadline(LeaseRecord lease) {
    return lease.since + lease.timeoutNanos + timings.grace() * 1_000_000L;
  }

  private void adopted(TaskRecord task, long id) {
    LeaseRecord lease = leases.get(id);
    if (lease == null) {
      if (step != Step.OTHER || !task.spec.atMostOnce()) {
        throw violation(Invariant.ONE_LEASE, task.id, "it holds a lease that nobody was granted");
      }
      // It is not sent before it is durable.
      lease(task, id);
      return;
    }
    boolean mine =
        lease.task == task
            && lease.generation == task.generation
            && lease.worker == stepPeer
            && welcomed
            && lease.heldStep == number;
    boolean lost = lease == task.last && lease.status == Status.LOST;
    boolean unrecorded =
        lease.status == Status.ORPHANED
            && id >>> 41 < epoch
            && (task.last == null || id > task.last.id);
    if (!mine || !lost && !unrecorded) {
      throw violation(
          Invariant.ONE_LEASE, task.id, "a lease goes on that had ended by " + lease.status);
    }
    note(Journal.Event.LEASE_ADOPTED, task.id, lease.id, lease.worker);
    if (unrecorded) {
      LeaseRecord last = task.last;
      if (last != null && last.status == Status.LOST && neverArrived(last)) {
        neverArrives(last);
      }
      adoptedBefore(task, lease);
      task.attempts++;
    } else {
      comesBack(lease);
    }
    live(lease);
  }

  private static void comesBack(LeaseRecord lease) {
    if (lease.counted) {
      lease.task.losses--;
      lease.counted = false;
    }
  }

  /** The worker may have told of older leases of the task first: each was taken for the last. */
  private void adoptedBefore(TaskRecord task, LeaseRecord newest) {
    long top = task.last == null ? 0 : task.last.id;
    for (LeaseRecord lease : held) {
      if (lease == newest) {
        return;
      }
      boolean lost = lease == task.last && lease.status == Status.LOST;
      boolean unrecorded = lease.status == Status.ORPHANED && lease.id > top;
      if (lease.task == task && lease.generation == task.generation && (lost || unrecorded)) {
        task.attempts += unrecorded ? 1 : 0;
        comesBack(lease);
        lease.status = Status.SUPERSEDED;
        haunt(lease);
        top = lease.id;
      }
    }
  }

  /** A lease that lived before this step does not any more: why? */
  private void ended(LeaseRecord lease, long next, int failures, int losses) {
    TaskRecord task = lease.task;
    boolean itsWorker = lease.worker == stepPeer || !lease.sent;
    if (lease.outcomeStep == number && itsWorker) {
      lease.status = Status.OUTCOME;
      ErrorKind kind = lease.error == null ? null : lease.error.kind();
      task.failures += kind == null || kind == ErrorKind.REJECTED ? 0 : 1;
      if (kind == ErrorKind.TIMEOUT) {
        haunt(lease);
      }
    } else if (lease.releaseStep == number && itsWorker) {
      lease.status = Status.GIVEN_BACK;
    } else if (step == Step.BYE && itsWorker) {
      lease.status = Status.LEFT;
    } else if (welcomed && itsWorker && lease.heldStep != number) {
      lease.status = Status.NEVER_ARRIVED;
    } else if (welcomed && next > lease.id && lease.id >>> 41 < epoch) {
      lease.status = Status.SUPERSEDED;
      haunt(lease);
    } else if (step == Step.ORDER && task.cancelled) {
      lease.status = Status.CANCELLED;
      haunt(lease);
    } else if (step == Step.TICK
        && failures > task.failures
        && lease.sent
        && agenda.now() >= deadline(lease)) {
      lease.status = Status.TIMED_OUT;
      task.failures++;
      haunt(lease);
    } else if (losses > task.losses && (!lease.sent || workerGone(peers.get(lease.worker)))) {
      lease.status = Status.LOST;
      lease.counted = true;
      task.losses++;
    } else if (!lease.sent && (step == Step.TICK || step == Step.MEMBER_LEFT || step == Step.BYE)) {
      // Its worker has gone, and was never told.
      lease.status = Status.NEVER_ARRIVED;
    } else if (step == Step.TICK && task.spec.terms().expiresIn() != 0) {
      lease.status = Status.EXPIRED;
      haunt(lease);
    } else {
      throw violation(Invariant.ONE_LEASE, task.id, "its lease ends for no reason");
    }
    task.lease = null;
    types.get(task.spec.type()).running--;
    note(Journal.Event.LEASE_ENDED, task.id, lease.id, lease.status.ordinal());
  }

  /** Whether this step is a reason to give the worker up. */
  private boolean workerGone(PeerRecord peer) {
    return step == Step.TICK && agenda.now() - peer.heardAt >= timings.loss() * 1_000_000L
        || step == Step.MEMBER_LEFT && peer.worker.nodeId.equals(stepNode);
  }

  @Override
  public void worker(long incarnation, int held, int zombies) {
    PeerRecord peer = peers.get(incarnation);
    peer.seen = number;
    if (zombies != peer.zombies.size()) {
      throw violation(
          Invariant.WITHIN_CREDIT,
          0,
          "%s has %d handlers that do not end, the core counts %d"
              .formatted(Journal.peer(incarnation), peer.zombies.size(), zombies));
    }
    if (step == Step.TICK
        && agenda.now() - peer.heardAt
            > timings.loss() * 1_000_000L + stoodStill + TOLERANCE_NANOS) {
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
        forget(peer);
      }
    }
  }

  private void findRecoveredAside() {
    for (TaskRecord task : tasks.values()) {
      if (task.seen != number && !task.endDurable) {
        move(task, Place.ASIDE);
      }
    }
  }

  private void findGone() {
    for (TaskRecord task : tasks.values()) {
      boolean here = task.place != Place.NOWHERE && task.place != Place.ASIDE;
      if (here && task.seen != number) {
        if (mayBeAside(task)) {
          move(task, Place.ASIDE);
          continue;
        }
        if (!task.endDurable) {
          throw violation(
              Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
              task.id,
              "it was " + task.place + ", and the core knows it no more");
        }
        move(task, Place.NOWHERE);
      }
    }
  }

  /** Whether only the store need have it. */
  private boolean mayBeAside(TaskRecord task) {
    return task.place == Place.SUBMITTED
        && task.durable
        && task.generation == 1
        && task.spec.terms().delay() == 0
        && task.spec.terms().expiresIn() == 0;
  }

  private void compareLedger() {
    Ledger ledger = core.ledger();
    int submitted = Arrays.stream(states).sum();
    boolean right =
        ledger.submitted() == submitted
            && ledger.scheduled() == states[TaskState.SCHEDULED.ordinal()]
            && ledger.queued() == states[TaskState.QUEUED.ordinal()]
            && ledger.running() == states[TaskState.RUNNING.ordinal()]
            && ledger.succeeded() == states[TaskState.SUCCEEDED.ordinal()]
            && ledger.failed() == states[TaskState.FAILED.ordinal()]
            && ledger.cancelled() == states[TaskState.CANCELLED.ordinal()];
    if (!right) {
      throw violation(Invariant.LEDGER, 0, ledger + ", and it is " + Arrays.toString(states));
    }
  }

  // The end.

  /** Tasks that the store was given. */
  int submissions() {
    return tasks.size();
  }

  boolean knows(Plan plan) {
    return byBody[plan.body()] != null;
  }

  /** Some task, whether it has ended or not; 0 if there is none. */
  long anyTask(Chance chance) {
    if (tasks.isEmpty()) {
      return 0;
    }
    TaskRecord task = byBody[chance.between(0, byBody.length - 1)];
    return task == null ? tasks.firstLongKey() : task.id;
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
    for (PeerRecord peer : peers.values()) {
      if (peer.worker != null && peer.session != null && !peer.worker.dead()) {
        closeWorker(peer);
      }
    }
  }

  private static void closeWorker(PeerRecord peer) {
    String name = Journal.peer(peer.incarnation);
    for (Pool pool : Pool.values()) {
      long free = peer.limit[pool.ordinal()] - peer.granted[pool.ordinal()];
      long slots = peer.worker.profile.slots().of(pool);
      if (free != slots) {
        throw violation(
            Invariant.WITHIN_CREDIT,
            0,
            name + " has all its slots free, and credits for " + free + " of " + slots);
      }
    }
    if (!peer.zombies.isEmpty()) {
      throw violation(
          Invariant.DRAINS,
          peer.zombies.get(0).task.id,
          name + " never says that its handler has ended");
    }
  }
}
