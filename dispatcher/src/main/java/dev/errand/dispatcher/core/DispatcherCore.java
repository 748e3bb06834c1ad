package dev.errand.dispatcher.core;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.ClientHello;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.FrameWriter;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Heartbeat;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Refused;
import dev.errand.protocol.frame.Release;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Submit;
import dev.errand.protocol.frame.Watch;
import dev.errand.protocol.frame.WorkerHello;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The dispatcher's state machine. Inputs ({@link #request}, {@link #receive}, {@link #tick}, {@link
 * #nodeLeft}, {@link #durable}) change it; at the end of a turn the owner takes the {@link
 * #changes}, makes them durable, and {@link #flush}es the frames that are due. Nothing here waits,
 * blocks or throws for what comes from outside. One thread at a time.
 */
public final class DispatcherCore {

  /** The dispatcher stood still if two ticks are this far apart. */
  private static final long STILL_NANOS = 1_000_000_000L;

  private final CoreSettings settings;
  private final FramePort port;
  private final TimingWheel wheel;
  private final Pace pace;
  private final Intake intake;
  private final Turns turns = new Turns();
  private final Tasks tasks;
  private final Leases leases;
  private final Peers peers;
  private final Granting granting;

  /** Leases whose record is durable, and whose worker is told at the end of the turn. */
  private final List<Lease> granted = new ArrayList<>();

  private long malformed;
  private long unknownKinds;
  private long stale;
  private long lastTick;
  private long recoveryEnds;

  /**
   * A core without tasks.
   *
   * @param random for the jitter of pauses
   * @param start the time it begins at
   */
  public DispatcherCore(
      CoreSettings settings,
      PayloadCheck check,
      RandomGenerator random,
      FramePort port,
      Now start) {
    this.settings = settings;
    this.port = port;
    this.wheel = new TimingWheel(start.nanos());
    this.tasks = new Tasks(settings.window(), wheel, random, turns);
    this.leases = new Leases(settings, wheel, tasks, turns);
    tasks.join(leases);
    this.pace = new Pace(start.nanos());
    this.intake = new Intake(settings, check, tasks, pace);
    this.peers = new Peers(settings, tasks, leases, turns);
    this.granting = new Granting(tasks.types(), leases);
    this.lastTick = start.nanos();
  }

  /**
   * A HELLO or heartbeat.
   *
   * @return the answer; null if there is none to give
   */
  public byte[] request(byte[] frame, Now now) {
    try {
      Header header = Header.read(frame);
      if (header.session().cluster() != settings.cluster()) {
        return refuse(header, "another cluster's name: compare cluster.name on both nodes");
      }
      return switch (header.kind()) {
        case WORKER_HELLO -> peers.hello(header.session(), WorkerHello.read(frame), now);
        case CLIENT_HELLO -> peers.hello(header, ClientHello.read(frame), now);
        case HEARTBEAT -> heartbeat(header, Heartbeat.read(frame), now);
        default -> throw new MalformedFrameException("not a request: " + header.kind());
      };
    } catch (MalformedFrameException e) {
      malformed++;
      return refuse(null, e.getMessage());
    }
  }

  private byte[] refuse(Header header, String reason) {
    long peer = header == null ? 0 : header.session().peer();
    return new Refused(reason).frame(new Session(settings.cluster(), 0, 0, peer, 0));
  }

  private byte[] heartbeat(Header header, Heartbeat heartbeat, Now now) {
    Peer peer = peers.find(header.session());
    if (peer == null) {
      stale++;
      return new FrameWriter().frame(FrameKind.RESET, header.session(), 0, Credit.NONE);
    }
    peer.heard(header, now);
    if (peer instanceof WorkerPeer worker) {
      heartbeat.progress().forEach((id, progress) -> leases.progress(worker, id, progress));
    }
    return peer.heartbeat(header, frame -> port.send(peer.nodeId, header.session().peer(), frame));
  }

  /** A frame that wants no answer. */
  public void receive(byte[] frame, Now now) {
    try {
      Header header = Header.read(frame);
      Peer peer = peers.find(header.session());
      if (peer == null) {
        stale++;
        return;
      }
      peer.heard(header, now);
      if (header.seq() != 0 && peer.receiving.isNext(header.seq())) {
        take(peer, header, frame, now);
        peer.receiving.take(header.seq());
        turns.mark(peer);
      }
    } catch (MalformedFrameException e) {
      malformed++;
    }
  }

  /** Reads the whole frame before any of it counts: a bad one changes nothing. */
  private void take(Peer peer, Header header, byte[] frame, Now now)
      throws MalformedFrameException {
    if (header.kind() == FrameKind.UNKNOWN) {
      // What comes behind it must not wait for ever.
      unknownKinds++;
      return;
    }
    BatchReader batch = new BatchReader(frame);
    if (peer instanceof WorkerPeer worker) {
      switch (header.kind()) {
        case OUTCOMES -> {
          List<Outcome> all = new ArrayList<>();
          while (batch.next()) {
            all.add(Outcome.read(batch));
          }
          all.forEach(outcome -> leases.outcome(worker, outcome, now));
          worker.raise();
        }
        case RELEASE -> {
          List<Release> all = new ArrayList<>();
          while (batch.next()) {
            all.add(Release.read(batch));
          }
          // Each goes to the head of its queue: the first must be the last to go there.
          Collections.reverse(all);
          all.forEach(release -> leases.release(worker, release, now));
          worker.raise();
        }
        case DRAINING -> peers.drain(worker);
        case BYE -> peers.bye(worker, now);
        default -> throw new MalformedFrameException("not from a worker: " + header.kind());
      }
    } else {
      ClientPeer client = (ClientPeer) peer;
      switch (header.kind()) {
        case SUBMIT -> {
          List<Submit> all = new ArrayList<>();
          while (batch.next()) {
            all.add(Submit.read(batch));
          }
          all.forEach(submit -> submit(client, submit, now));
        }
        case WATCH -> {
          List<Watch> all = new ArrayList<>();
          while (batch.next()) {
            all.add(Watch.read(batch));
          }
          all.forEach(watch -> watch(client, watch.id()));
        }
        case BYE -> peers.bye(client, now);
        default -> throw new MalformedFrameException("not from a client: " + header.kind());
      }
    }
  }

  private void submit(ClientPeer client, Submit submit, Now now) {
    if (submit.number() <= client.lastNumber) {
      return;
    }
    client.lastNumber = submit.number();
    Taken taken =
        intake.take(
            submit.type(), submit.payload(), submit.terms(), submit.key(), submit.batch(), now);
    Refusal refusal = taken.refusal();
    if (refusal != null) {
      turns.answer(
          client,
          Accepted.refused(submit.number(), refusal.message(), refusal.retryMillis()),
          false);
      return;
    }
    if (submit.watched() && !taken.known()) {
      Tasks.watch(tasks.get(taken.id()), client);
    }
    turns.answer(
        client,
        Accepted.taken(submit.number(), taken.id(), taken.known()),
        submit.watched() && taken.known());
  }

  /**
   * Goes on from what a store has kept; to be called once, before anything else. What waited is
   * granted when workers had three heartbeats' time to say what they still run.
   *
   * @param stored the last record of each task, in the order of their ids
   * @param types what was set for types
   * @param others tasks that have ended and are not among these
   * @param lastId no task ever had a higher id
   */
  public void recover(
      Iterable<? extends Kept> stored,
      Iterable<TypeSettings> types,
      Ledger others,
      long lastId,
      Now now) {
    tasks.backlogs().hold(true, 0);
    tasks.forgotten(others);
    intake.startAfter(lastId);
    for (Kept each : stored) {
      intake.startAfter(each.id());
      LiveTask task = tasks.recover(each, now);
      if (task != null) {
        leases.recover(task, each.state() == TaskState.RUNNING);
      }
    }
    tasks.backlogs().hold(leases.isRecovering(), tasks.bytesInMemory());
    for (TypeSettings each : types) {
      TaskType type = tasks.types().get(each.type());
      type.settings = each;
      type.forgetIfIdle();
    }
    recoveryEnds = now.nanos() + settings.timings().loss() * 1_000_000L;
  }

  /** The store keeps a task that has ended no more; false: it is tried again meanwhile. */
  public boolean forgotten(StoredTask ended) {
    return tasks.forgotten(ended);
  }

  /**
   * Takes a task that does not come in a frame.
   *
   * @param request its payload is known to be JSON: whoever has read the task has read that, too
   * @return the task's id, which counts when this turn's changes are durable; or why it is refused
   */
  public Taken submit(TaskRequest request, Now now) {
    return intake.take(request, now);
  }

  /**
   * Takes tasks that do not come in frames, as for {@link #submit}: all of them, or none. None of
   * them may have an idempotency key, and no line may be among them twice.
   *
   * @return what each came to, as for {@link #submit}; or, if none is taken, why not, and null for
   *     those that are fine
   */
  public List<Taken> submitAll(List<TaskRequest> requests, Now now) {
    return intake.takeAll(requests, now);
  }

  /** Makes this turn have changes, if only to learn when all before them are durable. */
  public void mark() {
    turns.changes();
    turns.leave();
  }

  /**
   * Nobody wants the task any more: it ends now, and its handler is told to stop.
   *
   * @return null if that is done, and counts when this turn's changes are durable
   */
  public Refusal cancel(long id, Now now) {
    LiveTask task = tasks.find(id);
    if (task == null) {
      return Refusal.unknown("there is no task " + TaskId.text(id) + " that has not ended");
    }
    if (task.place == LiveTask.Place.ENDING) {
      return Refusal.conflict("task " + TaskId.text(id) + " has just ended");
    }
    tasks.cancel(task, now);
    return null;
  }

  /**
   * Cancels what has not ended of a batch, as far as it is in memory.
   *
   * @return how many tasks that were
   */
  public int cancelBatch(String batch, Now now) {
    List<LiveTask> all = new ArrayList<>();
    tasks.forEach(
        task -> {
          boolean its = task.spec.batch() != null && task.spec.batch().batch().equals(batch);
          if (its
              && task.place != LiveTask.Place.SUBMITTED
              && task.place != LiveTask.Place.ENDING) {
            all.add(task);
          }
        });
    all.forEach(task -> tasks.cancel(task, now));
    return all.size();
  }

  /**
   * A task that has ended is tried again from the beginning, with fresh attempts and a fresh
   * expiry, as its next generation.
   *
   * @param ended its last record
   * @return null if that is done, and counts when this turn's changes are durable
   */
  public Refusal retry(StoredTask ended, Now now) {
    long id = ended.spec().id();
    if (tasks.get(id) != null || !ended.state().terminal()) {
      return Refusal.conflict(
          "task " + TaskId.text(id) + " has not ended: only what has ended can be tried again");
    }
    Refusal full = intake.full(1, ended.spec().payload().length());
    if (full == null) {
      full = intake.tooManyTypes(Stream.of(ended.spec().type()));
    }
    if (full == null) {
      tasks.retry(ended, now);
    }
    return full;
  }

  /**
   * Pauses a type or lets it go on, and says how many of its tasks may run at once.
   *
   * @param limit 0: any number
   * @return null if that is done, and counts when this turn's changes are durable
   */
  public Refusal set(String type, boolean paused, int limit, Now now) {
    if (!TaskRequest.TYPE_PATTERN.matcher(type).matches()) {
      return Refusal.invalid("type must match " + TaskRequest.TYPE_PATTERN.pattern());
    }
    if (limit < 0) {
      return Refusal.invalid("limit " + limit + " must be at least 1, or 0 for none");
    }
    TypeSettings settings = new TypeSettings(type, paused, limit, now.wallMillis());
    tasks.types().get(type).set(settings);
    turns.changes().add(settings);
    tasks.types().get(type).forgetIfIdle();
    return null;
  }

  /** What was set for a type; the usual if nothing was. */
  public TypeSettings settings(String type) {
    TaskType known = tasks.types().find(type);
    return known == null ? TypeSettings.usual(type) : known.settings;
  }

  /**
   * Tells a worker, once, to finish what runs, to take nothing new, and to leave then.
   *
   * @param id as in {@link WorkerView#id}
   * @return it, from then on; null: there is no such worker
   */
  public WorkerView drain(String id, Now now) {
    WorkerPeer worker = peers.worker(id);
    if (worker == null) {
      return null;
    }
    peers.tellToLeave(worker);
    return Views.worker(worker, now);
  }

  private final List<Watching> unresolved = new ArrayList<>();

  /**
   * A client waits for a task that is not in memory: the owner looks in the store and answers by
   * {@link #watched}.
   *
   * @param client opaque
   * @param id of the task
   */
  public record Watching(Object client, long id) {}

  private void watch(ClientPeer client, long id) {
    LiveTask task = tasks.get(id);
    if (task != null) {
      Tasks.watch(task, client);
    } else {
      unresolved.add(new Watching(client, id));
    }
  }

  /** Takes the watched tasks that have ended, never were, or only the store has. */
  public List<Watching> unresolved() {
    List<Watching> all = List.copyOf(unresolved);
    unresolved.clear();
    return all;
  }

  /**
   * What the store says to a {@link Watching}.
   *
   * @param stored null if it knows no such task either
   */
  public void watched(Watching watching, StoredTask stored) {
    ClientPeer client = (ClientPeer) watching.client();
    LiveTask task = tasks.get(watching.id());
    if (task != null) {
      // It was tried again in the meantime.
      Tasks.watch(task, client);
      return;
    }
    if (stored == null) {
      client.tellUnknown(watching.id());
    } else if (!stored.state().terminal()) {
      List<ClientPeer> all = new ArrayList<>(tasks.backlogs().watchers(watching.id()));
      all.removeIf(each -> each.gone || each == client);
      all.add(client);
      tasks.backlogs().watch(watching.id(), all);
    } else {
      client.tell(stored);
    }
    turns.touch(client);
  }

  /**
   * Whether the store has room for new tasks.
   *
   * @param why it has none, for people; null: it has
   */
  public void noRoom(String why) {
    intake.noRoom(why);
  }

  /** To be called every 50 ms or so: fires what is due, and gives up who is silent. */
  public void tick(Now now) {
    long gap = now.nanos() - lastTick;
    lastTick = now.nanos();
    if (gap > STILL_NANOS) {
      peers.pardon(gap, now);
      recoveryEnds += gap;
    }
    turns.acknowledgeAll();
    wheel.advance(now);
    if (leases.isRecovering() && now.nanos() - recoveryEnds >= 0) {
      leases.endRecovery(now);
      tasks.backlogs().hold(false, tasks.bytesInMemory());
    }
    pace.look(tasks.ended(), now.nanos());
    peers.expire(now);
    turns.leave();
  }

  /** Takes what happened to workers since the last call, in that order. */
  public List<WorkerChange> workerChanges() {
    return peers.changes();
  }

  /** A node has left the cluster. */
  public void nodeLeft(String nodeId, Now now) {
    peers.nodeLeft(nodeId, now);
  }

  /**
   * What this turn and those before changed and must be durable before it is told. What nobody
   * waits for gathers until somebody does, or the next tick.
   *
   * @return null if nothing is due
   */
  public Changes changes() {
    return turns.close();
  }

  /** Whether this turn has more changes that are due. */
  public boolean isDue() {
    return turns.isDue();
  }

  /** All changes up to that number are durable. */
  public void durable(long number) {
    for (Turns.Unrecorded next = turns.recorded(number);
        next != null;
        next = turns.recorded(number)) {
      for (Turns.Answer answer : next.answers()) {
        answer.client().tell(answer.accepted());
        turns.touch(answer.client());
        if (answer.watched()) {
          // Not before: that task may have ended, and its client knows no id yet.
          watch(answer.client(), answer.accepted().id());
        }
      }
      next.submitted().forEach(tasks::submitted);
      granted.addAll(next.granted());
      Iterator<LiveTask> ended = next.ended().iterator();
      for (StoredTask task : next.changes().tasks()) {
        if (task.state().terminal()) {
          tasks.ended(ended.next(), task);
        }
      }
      for (Turns.Mark mark : next.marks()) {
        mark.peer().recorded(mark.session(), mark.received());
        turns.acknowledge(mark.peer());
      }
    }
  }

  /** The end of a turn: grants what can be granted, and sends what is due. */
  public void flush(Now now) {
    granted.forEach(lease -> leases.granted(lease, now));
    granted.clear();
    granting.run(now);
    turns.flush(port);
  }

  /**
   * Tasks of a line that are to come into memory: the owner asks the store for the next ones, and
   * answers by {@link #loaded}.
   *
   * @param backlog opaque
   * @param line which one
   * @param after only ids above
   * @param most so many at most
   * @param mostBytes no more once payloads are that large together
   */
  public record Load(Object backlog, LineKey line, long after, int most, long mostBytes) {}

  /** Takes what is to be asked of the store at the end of the turn. */
  public List<Load> loads() {
    return tasks.backlogs().loads();
  }

  /** What the store says to a {@link Load}: the untried tasks in the order of their ids. */
  public void loaded(Load load, List<StoredTask> next, Now now) {
    tasks.loaded((Backlog) load.backlog(), next, now);
  }

  /**
   * A task that waits where only the store has it is needed in memory, to be cancelled.
   *
   * @param stored what the store says of it now
   */
  public void fetch(StoredTask stored, Now now) {
    if (tasks.get(stored.spec().id()) == null && stored.isUntried()) {
      LiveTask task = tasks.fetch(stored, now);
      task.queue.addLast(task);
    }
  }

  /** A task as it stands that only the store has, as the store has it. */
  public Task view(StoredTask stored, Now now) {
    return stored.state().terminal() ? stored.view() : tasks.view(stored, now);
  }

  /** The task as it stands; null if it is not in memory. */
  public Task view(long id, Now now) {
    LiveTask task = tasks.find(id);
    return task == null ? null : Views.task(task, now);
  }

  /** What happened to a task so far; null if it is not in memory. */
  public StoredTask record(long id) {
    LiveTask task = tasks.find(id);
    return task == null ? null : Tasks.stored(task);
  }

  /** Id of the task that is that line of that batch; 0: none. */
  public long line(BatchPlace place) {
    return tasks.batches().find(place);
  }

  /** The batch's first line behind that one that is a task; 0: none is. */
  public long nextLine(String batch, long after) {
    return tasks.batches().nextLine(batch, after);
  }

  /** What tasks must not go beyond. */
  public CoreSettings.Limits limits() {
    return settings.limits();
  }

  public Ledger ledger() {
    return tasks.ledger();
  }

  public Counters counters() {
    return new Counters(malformed, stale, unknownKinds);
  }

  /** Clients that are linked or remembered. */
  public int clients() {
    return peers.clients();
  }

  public List<WorkerView> workers(Now now) {
    return peers.workers().stream().map(worker -> Views.worker(worker, now)).toList();
  }

  /** The types that have tasks or workers, or for which something was set. */
  public List<TypeView> types(Now now) {
    return Views.types(tasks.types(), now);
  }

  /** The type of that name; null if nothing is known of it. */
  public TypeView type(String name, Now now) {
    TaskType known = tasks.types().find(name);
    return known == null ? null : Views.type(known, now);
  }

  /** The batch of that name; null if no task of it is kept. */
  public BatchView batch(String id) {
    Ledger ledger = tasks.batches().ledger(id);
    return ledger == null ? null : new BatchView(id, ledger, tasks.batches().isLive(id));
  }
}
