package dev.errand.simulation;

import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.CoreView;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.Tries;
import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.Done;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Release;
import dev.errand.protocol.frame.WorkerHello;
import dev.errand.simulation.LeaseRecord.Status;
import dev.errand.simulation.StepRecord.Kind;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * Watches whatever passes between the parts of a simulation, keeps {@link Books} of its own, and
 * compares them with the core's after every step. Owner: the simulation's thread.
 */
final class Auditor implements CoreView.Visitor {

  private final Simulation simulation;
  private final CoreSettings.Limits limits;
  private final Books books;
  private final StepRecord step = new StepRecord();
  private final WorkerAudit workers;
  private final LeaseAudit leases;
  private final ClientAudit clients;
  private final StoreAudit store;

  private DispatcherCore core;
  private CoreView view;
  private int recoveredLive;
  private boolean expectStale;
  private long staleBefore;
  private int shown;

  Auditor(Simulation simulation, CoreSettings settings, int plans) {
    this.simulation = simulation;
    this.limits = settings.limits();
    this.books = new Books(simulation, plans);
    this.workers = new WorkerAudit(books, step, settings.timings());
    this.leases = new LeaseAudit(simulation, books, step, workers, settings.timings());
    this.clients = new ClientAudit(books, limits);
    this.store = new StoreAudit(simulation, books);
  }

  WorkerAudit workers() {
    return workers;
  }

  ClientAudit clients() {
    return clients;
  }

  StoreAudit store() {
    return store;
  }

  void observe(DispatcherCore of, CoreView in, int itsEpoch) {
    core = of;
    view = in;
    books.epoch = itsEpoch;
    books.startedAt = books.now();
    recoveredLive = 0;
    begin(Kind.OTHER, 0);
    books.note(Journal.Event.DISPATCHER_BEGINS, 0, 0, itsEpoch);
  }

  // Steps.

  private void begin(Kind what, long peer) {
    step.begin(what, peer);
    expectStale = false;
  }

  void ticks() {
    begin(Kind.TICK, 0);
  }

  /** The core is told of the store, or tells others. */
  void tells() {
    begin(Kind.OTHER, 0);
  }

  void orders() {
    begin(Kind.ORDER, 0);
  }

  void memberLeaves(String nodeId) {
    begin(Kind.MEMBER_LEFT, 0);
    step.node = nodeId;
  }

  void stoodStill(long nanos) {
    books.stoodStill += nanos;
  }

  /** A frame arrives at the dispatcher. */
  void arrives(byte[] frame) {
    try {
      Header header = Header.read(frame);
      PeerRecord peer = books.peers.get(header.session().peer());
      if (header.kind() == FrameKind.WORKER_HELLO || header.kind() == FrameKind.CLIENT_HELLO) {
        begin(Kind.HELLO, header.session().peer());
        if (header.kind() == FrameKind.WORKER_HELLO) {
          hold(WorkerHello.read(frame));
        }
        return;
      }
      begin(Kind.FRAME, header.session().peer());
      if (peer == null || !header.session().equals(peer.session)) {
        expectStale = true;
        staleBefore = core.counters().stale();
        return;
      }
      peer.heard(header.credit(), books.now());
      if (header.seq() == peer.received + 1) {
        peer.received++;
        taken(peer, header.kind(), frame);
      }
    } catch (MalformedFrameException e) {
      throw new IllegalStateException(e);
    }
  }

  private void hold(WorkerHello hello) {
    step.held.clear();
    for (WorkerHello.Held each : hello.held()) {
      LeaseRecord lease = books.leases.get(each.lease());
      if (lease != null) {
        lease.heldStep = step.number;
        step.held.add(lease);
      }
    }
  }

  private void taken(PeerRecord peer, FrameKind kind, byte[] frame) throws MalformedFrameException {
    BatchReader batch = new BatchReader(frame);
    switch (kind) {
      case OUTCOMES -> {
        while (batch.next()) {
          Outcome outcome = Outcome.read(batch);
          LeaseRecord lease = books.leases.get(outcome.lease());
          books.note(
              Journal.Event.OUTCOME_ARRIVED, outcome.task(), peer.incarnation, outcome.lease());
          lease.outcomeStep = step.number;
          lease.error = outcome.error();
          boolean overstays = lease.error != null && lease.error.kind() == ErrorKind.TIMEOUT;
          if (lease.zombie && !overstays) {
            peer.zombies.remove(lease);
            books.rest(lease);
          }
        }
      }
      case RELEASE -> {
        while (batch.next()) {
          LeaseRecord lease = books.leases.get(Release.read(batch).lease());
          lease.releaseStep = step.number;
          if (lease.zombie) {
            WorkerAudit.checkHandlerEnded(peer, lease);
            peer.zombies.remove(lease);
            books.rest(lease);
          }
        }
      }
      case BYE -> {
        step.kind = Kind.BYE;
        books.forget(peer);
      }
      default -> {}
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
    step.welcomed = true;
    long incarnation = header.session().peer();
    PeerRecord peer =
        books.peers.computeIfAbsent(
            incarnation, id -> new PeerRecord(id, simulation.worker(incarnation)));
    peer.begin(header.session(), books.now());
    peer.zombies.removeIf(
        lease -> {
          boolean gone = lease.heldStep != step.number;
          if (gone) {
            books.rest(lease);
          }
          return gone;
        });
    books.note(Journal.Event.PEER_LINKED, 0, incarnation, header.session().number());
  }

  // Orders.

  /** The core has taken an order to cancel that task. */
  void cancelled(long id) {
    books.tally.order(Order.CANCEL);
    books.note(Journal.Event.CANCEL_ORDERED, id, 0, 0);
    books.tasks.get(id).cancelled = true;
  }

  /** The core is ordered to cancel a batch, and says how many tasks it cancels. */
  void cancelled(String batch, IntSupplier order) {
    books.tally.order(Order.CANCEL_BATCH);
    int expected = 0;
    for (TaskRecord task : books.tasks.values()) {
      boolean its = task.spec.batch() != null && task.spec.batch().batch().equals(batch);
      boolean live =
          task.place != Place.NOWHERE
              && task.place != Place.ASIDE
              && task.place != Place.SUBMITTED
              && task.place != Place.ENDING;
      if (its && live) {
        expected++;
        books.note(Journal.Event.CANCEL_ORDERED, task.id, 0, 0);
        task.cancelled = true;
      }
    }
    int cancelled = order.getAsInt();
    if (cancelled != expected) {
      throw new Violation(
          Invariant.LEDGER, 0, cancelled + " of a batch's " + expected + " tasks are cancelled");
    }
  }

  /** The core has taken an order to try that task again. */
  void retried(long id) {
    books.tally.order(Order.RETRY);
    TaskRecord task = books.tasks.get(id);
    if (!task.endDurable || task.place != Place.NOWHERE) {
      throw new Violation(Invariant.ONE_END, id, "tried again before it has ended");
    }
    task.begin(task.generation + 1, books.now());
    books.note(Journal.Event.RETRY_ORDERED, id, task.generation, 0);
    books.move(task, Place.SUBMITTED);
  }

  /** The core has taken an order for a type. */
  void set(String type, boolean paused, int limit) {
    TypeRecord its = books.types.get(type);
    if (its.paused != paused) {
      books.tally.order(paused ? Order.PAUSE : Order.RESUME);
    }
    if (limit != 0) {
      books.tally.order(Order.LIMIT);
    }
    its.paused = paused;
    its.limit = limit;
    books.note(Journal.Event.TYPE_SET, 0, paused ? 1 : 0, limit);
  }

  /** A worker is told to leave. */
  void drained(long incarnation) {
    books.tally.order(Order.DRAIN);
    books.note(Journal.Event.DRAIN_ORDERED, 0, incarnation, 0);
    books.peers.get(incarnation).drains(books.now());
  }

  // What leaves the dispatcher.

  /** A frame leaves the dispatcher; repeated ones were looked at before. */
  void leaves(long to, byte[] frame) {
    try {
      Header header = Header.read(frame);
      PeerRecord peer = books.peers.get(to);
      if (header.seq() <= peer.sent || !header.session().equals(peer.session)) {
        return;
      }
      peer.sent = header.seq();
      BatchReader batch = new BatchReader(frame);
      while (batch.next()) {
        switch (header.kind()) {
          case GRANT -> leases.granted(peer, Grant.read(batch));
          case CANCEL -> leases.cancels(Cancel.read(batch));
          case ACCEPTED -> clients.accepted(Accepted.read(batch));
          case DONE -> clients.done(Done.read(batch));
          default -> throw new IllegalStateException("not from a dispatcher: " + header.kind());
        }
      }
    } catch (MalformedFrameException e) {
      throw new IllegalStateException(e);
    }
  }

  // A dispatcher dies and another one goes on.

  void dies() {
    books.restarts++;
    books.note(Journal.Event.DISPATCHER_GONE, 0, 0, 0);
    for (PeerRecord peer : books.peers.values()) {
      books.forget(peer);
    }
    books.types.values().forEach(type -> type.running = 0);
    for (LeaseRecord lease : books.leases.values()) {
      if (!lease.task.endDurable) {
        lease.status = Status.ORPHANED;
      }
    }
    books.clear();
  }

  /** What the store has kept is what counts from now on. */
  void recovers(Map<Long, StoredTask> stored, List<TypeSettings> settings) {
    recoveredLive = store.recovers(stored, settings);
  }

  // The comparison.

  /** Compares the books after a step. */
  void look() {
    if (expectStale && core.counters().stale() != staleBefore + 1) {
      throw new Violation(
          Invariant.NO_STALE_EPOCH,
          0,
          "a frame of no current session counts, from " + Journal.peer(step.peer));
    }
    shown = 0;
    view.show(this);
    if (recoveredLive != 0) {
      if (shown + view.beyond() != recoveredLive) {
        throw new Violation(
            Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
            0,
            "%d tasks were to be recovered, %d are".formatted(recoveredLive, shown));
      }
      findRecoveredAside();
      recoveredLive = 0;
    }
    if (shown + books.at(Place.ASIDE) != books.live()) {
      findGone();
    }
    if (view.beyond() != books.at(Place.ASIDE)) {
      throw new Violation(
          Invariant.ONE_PLACE,
          0,
          "the core counts %d tasks that only the store has; there are %d"
              .formatted(view.beyond(), books.at(Place.ASIDE)));
    }
    workers.findLost();
    if (view.liveTasks() > limits.queued() || view.liveBytes() > limits.queuedBytes()) {
      throw new Violation(
          Invariant.BOUNDED_MEMORY,
          0,
          view.liveTasks() + " tasks of " + view.liveBytes() + " bytes are too many");
    }
    books.compare(core.ledger());
  }

  @Override
  public void misplaced(long task, String how) {
    throw new Violation(Invariant.ONE_PLACE, task, how);
  }

  @Override
  public void oversized(String how) {
    throw new Violation(Invariant.BOUNDED_MEMORY, 0, how);
  }

  @Override
  public void task(long id, int ordinal, TaskState state, long lease, Tries tries) {
    int generation = tries.generation();
    int attempts = tries.attempts();
    int failures = tries.failures();
    int losses = tries.losses();
    TaskRecord task = books.tasks.get(id);
    Place place = Place.of(ordinal);
    if (task == null) {
      if (place != Place.SUBMITTED) {
        throw new Violation(Invariant.ONE_PLACE, id, "it is " + place + ", and was never stored");
      }
      return;
    }
    shown++;
    task.seen = step.number;
    leases.compare(task, lease, failures, losses);
    if (task.lease == null && task.last != null && task.last.status == Status.LOST) {
      leases.waits(task, task.last, place, losses);
    }
    if (task.place != place) {
      if (!task.durable) {
        throw new Violation(
            Invariant.ACKNOWLEDGED_IS_NEVER_LOST, id, "it is " + place + " and not durable");
      }
      Place from = task.place;
      books.move(task, place);
      if (place == Place.ENDING && step.kind == Kind.TICK) {
        endsInTick(task, from, state);
      }
    }
    if (task.generation != generation || task.attempts != attempts || task.failures != failures) {
      throw new Violation(
          Invariant.ATTEMPTS_GROW,
          id,
          "the core counts generation %d, %d attempts, %d failures; there were %d, %d and %d"
              .formatted(
                  generation, attempts, failures, task.generation, task.attempts, task.failures));
    }
    if (task.losses != losses) {
      throw new Violation(
          Invariant.POISON_STOPS,
          id,
          "the core counts %d losses, there were %d".formatted(losses, task.losses));
    }
    if (step.kind == Kind.TICK
        && task.spec.terms().expiresIn() != 0
        && place != Place.ENDING
        && place != Place.SUBMITTED
        && !task.recovered
        && books.now() > task.expiry() + books.stoodStill + Books.TOLERANCE_NANOS) {
      throw new Violation(Invariant.DRAINS, id, "it is still " + place + " beyond its expiry");
    }
  }

  @Override
  public void worker(long incarnation, int held, int zombies) {
    workers.shown(incarnation, zombies);
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
      books.count(task, state);
    }
  }

  private void findRecoveredAside() {
    for (TaskRecord task : books.tasks.values()) {
      if (task.seen != step.number && !task.endDurable) {
        books.move(task, Place.ASIDE);
      }
    }
  }

  private void findGone() {
    for (TaskRecord task : books.tasks.values()) {
      boolean here = task.place != Place.NOWHERE && task.place != Place.ASIDE;
      if (here && task.seen != step.number) {
        if (mayBeAside(task)) {
          books.move(task, Place.ASIDE);
          continue;
        }
        if (!task.endDurable) {
          throw new Violation(
              Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
              task.id,
              "it was " + task.place + ", and the core knows it no more");
        }
        books.move(task, Place.NOWHERE);
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

  // The end.

  /** Tasks that the store was given. */
  int submissions() {
    return books.tasks.size();
  }

  boolean knows(Plan plan) {
    return books.byBody[plan.body()] != null;
  }

  /** Some task, whether it has ended or not; 0 if there is none. */
  long anyTask(Chance chance) {
    if (books.tasks.isEmpty()) {
      return 0;
    }
    TaskRecord task = books.byBody[chance.between(0, books.byBody.length - 1)];
    return task == null ? books.tasks.firstLongKey() : task.id;
  }

  /** Whether every task has ended. */
  boolean drained() {
    return view.liveTasks() == 0 && view.unrecorded() == 0;
  }

  /** What has not ended when all should have. */
  Violation undrained(String what) {
    for (TaskRecord task : books.tasks.values()) {
      if (task.place != Place.NOWHERE) {
        return new Violation(Invariant.DRAINS, task.id, "it is still " + task.place + "; " + what);
      }
    }
    return new Violation(Invariant.DRAINS, 0, what);
  }

  /** To be called when nothing is left to do. */
  void close() {
    for (TaskRecord task : books.tasks.values()) {
      if (!task.endDurable) {
        throw new Violation(
            task.acknowledged ? Invariant.ACKNOWLEDGED_IS_NEVER_LOST : Invariant.DRAINS,
            task.id,
            "it has no end");
      }
    }
    workers.close();
  }
}
