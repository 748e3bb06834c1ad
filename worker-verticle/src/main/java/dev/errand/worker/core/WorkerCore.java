package dev.errand.worker.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Millis;
import dev.errand.protocol.Progress;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Heartbeat;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.Release;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Welcome;
import dev.errand.protocol.frame.WorkerHello;
import dev.errand.protocol.frame.WorkerHello.Held;
import dev.errand.protocol.link.DispatcherLink;
import it.unimi.dsi.fastutil.longs.Long2ObjectLinkedOpenHashMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A worker's state machine: what is granted takes a slot and starts, or waits for one; what it
 * comes to is kept until the dispatcher has recorded it; the credit grows when a slot is really
 * free. Enforces the attempts' timeouts. Times are nanoseconds of a monotonic clock.
 */
public final class WorkerCore implements DispatcherLink.Owner, AttemptListener {

  /** Outcomes that wait for a dispatcher: beyond this many bytes no more work is taken. */
  private static final long MAX_KEPT_BYTES = 64L << 20;

  /** For a dispatcher that is away for longer nothing is kept, and what runs need not go on. */
  private static final long KEEP_NANOS = TimeUnit.MINUTES.toNanos(10);

  private static final String DRAINING = "draining";
  private static final String LATE = "no slot was free in " + Slots.PATIENCE_MILLIS + " ms";

  private final WorkerProfile profile;
  private final Runner runner;
  private final DispatcherLink link;
  private final Map<String, Offer> offers = new HashMap<>();

  /** By lease, in the order in which they were granted. */
  private final Long2ObjectLinkedOpenHashMap<Attempt> running =
      new Long2ObjectLinkedOpenHashMap<>();

  private final Slots blocking;
  private final Slots eventLoop;
  private Credit credit = Credit.NONE;
  private boolean draining;
  private boolean toldToLeave;
  private long lostAt;
  private long stopAt;
  private String refusal;

  /**
   * A worker that begins at the first tick of its {@link #link}.
   *
   * @param cluster the cluster's name in four bytes
   * @param incarnation of this worker, never used before
   */
  public WorkerCore(
      int cluster,
      long incarnation,
      WorkerProfile profile,
      Runner runner,
      DispatcherLink.Port port) {
    this.profile = profile;
    this.runner = runner;
    this.link = new DispatcherLink(cluster, incarnation, this, port);
    this.blocking = new Slots(profile.slots().blocking());
    this.eventLoop = new Slots(profile.slots().eventLoop());
    profile.offers().forEach(offer -> offers.put(offer.type(), offer));
  }

  /** The link, to be fed with frames and answers. */
  public DispatcherLink link() {
    return link;
  }

  /** Whether the dispatcher has welcomed it, and is there. */
  public boolean ready() {
    return link.session() != null;
  }

  /** Why the dispatcher does not take it in; null unless it said so. */
  public String refusal() {
    return refusal;
  }

  /** Whether the dispatcher wants it to leave when all that runs has ended. */
  public boolean toldToLeave() {
    return toldToLeave;
  }

  /** Attempts that take a slot. */
  public int runningCount() {
    return running.size();
  }

  /** Those of them of which somebody still wants to know what they come to. */
  public int wantedCount() {
    return (int) running.values().stream().filter(one -> one.wanted).count();
  }

  /** To be called every 50 ms or so. */
  public void tick(long now) {
    link.tick(now);
    begin(now);
    giveBack(blocking.tick(now), LATE);
    giveBack(eventLoop.tick(now), LATE);
    for (Attempt one : running.values()) {
      if (one.wanted && one.isOver(now)) {
        timeOut(one);
      }
    }
    if (link.session() == null && lostAt != 0 && now - stopAt >= 0) {
      running.values().forEach(this::lose);
    }
    if (link.session() == null && lostAt != 0 && now - lostAt >= KEEP_NANOS) {
      // What comes later waits as long.
      lostAt = now;
      dropOutcomes();
    }
  }

  /**
   * How long what runs may go on without a dispatcher. One that knows this worker no more may give
   * it to others; one that is gone can't, and the next one waits for what workers still run.
   */
  private long patienceNanos(DispatcherLink.Loss how) {
    return switch (how) {
      case SILENT -> 0;
      case FORGOTTEN -> TimeUnit.MILLISECONDS.toNanos(link.timings().lossMillis());
      case LEFT -> KEEP_NANOS;
    };
  }

  /**
   * What had begun must not look as if it never had, nor the other way round: of each the lease is
   * given back, if it still takes a slot when it has left that.
   */
  private void dropOutcomes() {
    Map<Long, Release> kept = new LinkedHashMap<>();
    forEachKept(
        outcome -> kept.put(outcome.lease(), dropped(outcome)),
        release -> kept.putIfAbsent(release.lease(), release));
    link.sending().clear();
    for (Release each : kept.values()) {
      Attempt one = running.get(each.lease());
      if (one == null || one.orphaned) {
        each.write(link.batch(FrameKind.RELEASE));
      } else {
        one.overstays = true;
      }
    }
  }

  private static Release dropped(Outcome outcome) {
    return new Release(outcome.lease(), true, "no dispatcher came for its outcome");
  }

  private void timeOut(Attempt one) {
    one.cancel(CancelReason.TIMEOUT);
    long timeoutMillis = one.grant().timeoutMillis();
    String message =
        "the handler of '"
            + one.grant().type()
            + "' gave no outcome in "
            + Millis.text(timeoutMillis);
    one.overstays = true;
    tell(one, null, new TaskError(ErrorKind.TIMEOUT, message), timeoutMillis * 1_000);
  }

  /** Begins what waits for slots that are free by now; to be called at the end of each turn. */
  public void begin(long now) {
    begin(blocking, now);
    begin(eventLoop, now);
  }

  private void begin(Slots slots, long now) {
    for (Grant next = slots.next(); next != null; next = slots.next()) {
      begin(next, slots, now);
    }
  }

  /** Sends what has gathered; to be called at the end of each turn, behind {@link #begin}. */
  public void flush() {
    link.flush();
  }

  /** Takes nothing new from now on. */
  public void drain() {
    if (!draining) {
      draining = true;
      giveBack(blocking.forgetAll(), DRAINING);
      giveBack(eventLoop.forgetAll(), DRAINING);
      link.batch(FrameKind.DRAINING);
    }
  }

  /** Asks what still runs to stop; what has not begun is given back at no cost to its task. */
  public void stopAll() {
    for (Attempt one : running.values()) {
      if (one.wanted) {
        lose(one);
      }
    }
  }

  /** Gives back what still runs: the worker won't wait for it. */
  public void releaseAll(String reason) {
    running.values().forEach(one -> release(one, true, reason));
  }

  /** Whether the dispatcher has recorded everything that ran here. */
  public boolean recorded() {
    return link.sending().unacknowledged() == 0 && !link.sending().waiting();
  }

  /** Whether something is kept that a dispatcher must be told of its tasks. */
  public boolean owes() {
    return !kept().isEmpty();
  }

  /** Says that it leaves for good. */
  public void bye() {
    link.batch(FrameKind.BYE);
  }

  @Override
  public void outcome(Attempt one, Bytes result, TaskError error, long runMicros) {
    if (one.lost && error != null) {
      // It may have failed because it was told to stop: that is not the task's fault.
      release(one, true, "the dispatcher was out of reach");
    } else if (one.wanted) {
      tell(one, result, error, runMicros);
    }
  }

  private void tell(Attempt one, Bytes result, TaskError error, long runMicros) {
    one.wanted = false;
    new Outcome(one.lease(), one.grant().task(), runMicros, result, error)
        .write(link.batch(FrameKind.OUTCOMES));
  }

  @Override
  public void release(Attempt one, boolean started, String reason) {
    if (one.wanted) {
      one.wanted = false;
      new Release(one.lease(), started, reason).write(link.batch(FrameKind.RELEASE));
    }
  }

  @Override
  public void ended(Attempt one) {
    // Of what never says what it came to, the dispatcher must not go on thinking that it runs.
    release(one, true, "it was asked to stop, and did not end in time");
    if (!running.remove(one.lease(), one)) {
      return;
    }
    one.slots().leave();
    if (one.overstays) {
      new Release(one.lease(), true, "it has left its slot").write(link.batch(FrameKind.RELEASE));
    }
  }

  @Override
  public byte[] hello(Session session) {
    Map<Long, Long> held = kept();
    for (Attempt one : running.values()) {
      if (!one.orphaned) {
        held.put(one.lease(), one.grant().task());
      }
    }
    return new WorkerHello(
            profile.name(),
            profile.nodeId(),
            profile.slots(),
            profile.offers(),
            profile.labels(),
            held.entrySet().stream().map(each -> new Held(each.getKey(), each.getValue())).toList(),
            draining)
        .frame(session);
  }

  /** The leases whose outcome or release the dispatcher has not recorded, with their tasks. */
  private Map<Long, Long> kept() {
    Map<Long, Long> held = new LinkedHashMap<>();
    forEachKept(
        outcome -> held.put(outcome.lease(), outcome.task()),
        release -> held.putIfAbsent(release.lease(), 0L));
    return held;
  }

  /** Of what overstayed there are both. */
  private void forEachKept(Consumer<Outcome> outcomes, Consumer<Release> releases) {
    link.sending().forEachKept(frame -> readEach(frame, outcomes, releases));
  }

  private static void readEach(
      byte[] frame, Consumer<Outcome> outcomes, Consumer<Release> releases) {
    try {
      FrameKind kind = Header.read(frame).kind();
      BatchReader batch = new BatchReader(frame);
      while (batch.next()) {
        if (kind == FrameKind.OUTCOMES) {
          outcomes.accept(Outcome.read(batch));
        } else if (kind == FrameKind.RELEASE) {
          releases.accept(Release.read(batch));
        }
      }
    } catch (MalformedFrameException e) {
      throw new IllegalStateException("a frame of our own", e);
    }
  }

  @Override
  public byte[] heartbeat(Session session, long ack) {
    return new Heartbeat(progress()).frame(session, ack, credit());
  }

  /** Gathered here: a handler that tells more than anyone can read does not load this thread. */
  private Map<Long, Progress> progress() {
    Map<Long, Progress> all = new LinkedHashMap<>();
    for (Attempt one : running.values()) {
      Progress told = one.orphaned ? null : one.takeProgress();
      if (told != null) {
        all.put(one.lease(), told);
      }
    }
    return all;
  }

  /**
   * Only grows within a session: what was granted so far, the slots that are free, and how far it
   * goes {@link Slots ahead} of them.
   */
  @Override
  public Credit credit() {
    if (!draining && link.sending().keptBytes() < MAX_KEPT_BYTES) {
      credit =
          new Credit(
              Math.max(credit.blocking(), blocking.limit()),
              Math.max(credit.eventLoop(), eventLoop.limit()));
    }
    return credit;
  }

  @Override
  public void welcomed(Welcome welcome, boolean sameStore, long now) {
    blocking.restart();
    eventLoop.restart();
    credit = Credit.NONE;
    lostAt = 0;
    refusal = null;
    if (!sameStore) {
      for (Attempt one : running.values()) {
        one.orphaned = true;
        one.wanted = false;
        one.overstays = false;
        lose(one);
      }
    }
  }

  @Override
  public void lost(DispatcherLink.Loss how, long now) {
    lostAt = now;
    stopAt = now + patienceNanos(how);
    // Not held any more, so they have not begun here: whoever is the dispatcher then grants them.
    blocking.forgetAll();
    eventLoop.forgetAll();
    if (how == DispatcherLink.Loss.SILENT) {
      running.values().forEach(this::lose);
    }
  }

  private void lose(Attempt one) {
    if (!one.lost) {
      one.lost = true;
      one.cancel(CancelReason.LOST);
    }
  }

  @Override
  public void refused(String reason) {
    refusal = reason;
  }

  @Override
  public void take(Header header, byte[] frame, long now) throws MalformedFrameException {
    BatchReader batch = new BatchReader(frame);
    switch (header.kind()) {
      case GRANT -> {
        while (batch.next()) {
          granted(Grant.read(batch), now);
        }
      }
      case CANCEL -> {
        while (batch.next()) {
          cancelled(Cancel.read(batch));
        }
      }
      case DRAIN -> {
        toldToLeave = true;
        drain();
      }
      default -> throw new MalformedFrameException("not for a worker: " + header.kind());
    }
  }

  private void granted(Grant grant, long now) {
    Offer offer = offers.get(grant.type());
    if (offer == null) {
      giveBack(List.of(grant), "no handler");
      return;
    }
    Slots slots = offer.pool() == Pool.BLOCKING ? blocking : eventLoop;
    slots.granted();
    String obstacle = obstacle(grant.lease());
    if (obstacle != null) {
      giveBack(List.of(grant), obstacle);
    } else if (slots.isOpen()) {
      begin(grant, slots, now);
    } else {
      slots.await(grant, now);
    }
  }

  /** Another worker may have them, at no cost to their tasks. */
  private void giveBack(List<Grant> grants, String reason) {
    for (Grant each : grants) {
      new Release(each.lease(), false, reason).write(link.batch(FrameKind.RELEASE));
    }
  }

  private void begin(Grant grant, Slots slots, long now) {
    Attempt one;
    try {
      one = runner.run(grant);
    } catch (RuntimeException | OutOfMemoryError e) {
      // Not a release: it would come straight back.
      TaskError error = new TaskError(ErrorKind.HANDLER, "the worker could not begin it: " + e);
      new Outcome(grant.lease(), grant.task(), 0, null, error)
          .write(link.batch(FrameKind.OUTCOMES));
      return;
    }
    one.takes(slots, now + TimeUnit.MILLISECONDS.toNanos(grant.timeoutMillis()));
    running.put(grant.lease(), one);
  }

  /** Why it can't be run here; null: it can. */
  private String obstacle(long lease) {
    if (draining) {
      return DRAINING;
    }
    // Each store counts from the same number.
    return running.containsKey(lease)
        ? "an attempt of an earlier dispatcher has that lease here"
        : null;
  }

  private void cancelled(Cancel cancel) {
    Attempt one = running.get(cancel.lease());
    if (one != null && !one.orphaned) {
      one.wanted = false;
      one.overstays = true;
      one.cancel(cancel.reason());
    } else if (blocking.forget(cancel.lease()) || eventLoop.forget(cancel.lease())) {
      new Release(cancel.lease(), false, "it had not begun").write(link.batch(FrameKind.RELEASE));
    }
  }
}
