package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Progress;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.Cancel;
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
import dev.errand.protocol.link.DispatcherLink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A worker that runs nothing: what it is granted waits until the test says what came of it. Looks
 * that it never gets more than it accepts.
 */
public final class VirtualWorker extends VirtualPeer {

  /** What it has a slot taken for, in the order of its coming. */
  final Map<Long, Grant> running = new LinkedHashMap<>();

  /** All that was granted, a frame each. */
  final List<List<Grant>> frames = new ArrayList<>();

  final List<Cancel> cancels = new ArrayList<>();

  /** How far its credit goes beyond its slots, from its next frame on. */
  long ahead;

  /** Whether its handlers go on when they are told to stop. */
  boolean stubborn;

  private final WorkerHello profile;
  private final Map<Long, Progress> progress = new LinkedHashMap<>();
  private final long[] granted = new long[Pool.COUNT];
  private Credit told = Credit.NONE;
  private boolean draining;

  /** How often it was told to leave. */
  int toldToLeave;

  public VirtualWorker(long incarnation, WorkerHello profile, DispatcherLink.Port port) {
    super(incarnation, profile.nodeId(), port);
    this.profile = profile;
  }

  public DispatcherLink link() {
    return link;
  }

  /** The one attempt that it runs. */
  Grant only() {
    assertThat(running).hasSize(1);
    return running.values().iterator().next();
  }

  public List<Grant> all() {
    return List.copyOf(running.values());
  }

  public void succeeds(Grant grant, String json) {
    running.remove(grant.lease());
    tells(new Outcome(grant.lease(), grant.task(), 1_000, Bytes.of(json), null));
  }

  public void fails(Grant grant, ErrorKind kind) {
    running.remove(grant.lease());
    TaskError error = new TaskError(kind, "it was " + kind.text(), "at some line");
    tells(new Outcome(grant.lease(), grant.task(), 1_000, null, error));
  }

  void tells(Outcome outcome) {
    outcome.write(link.batch(FrameKind.OUTCOMES));
  }

  void releases(Grant grant, boolean started) {
    running.remove(grant.lease());
    new Release(grant.lease(), started, "no time").write(link.batch(FrameKind.RELEASE));
  }

  /** At the next heartbeat. */
  void progresses(Grant grant, Progress how) {
    progress.put(grant.lease(), how);
  }

  void drains() {
    draining = true;
    link.batch(FrameKind.DRAINING);
  }

  @Override
  public byte[] hello(Session session) {
    List<WorkerHello.Held> held = new ArrayList<>();
    running.values().forEach(grant -> held.add(new WorkerHello.Held(grant.lease(), grant.task())));
    link.sending().forEachKept(frame -> addKept(frame, held));
    return new WorkerHello(
            profile.name(),
            nodeId,
            profile.slots(),
            profile.offers(),
            profile.labels(),
            held,
            draining)
        .frame(session);
  }

  private static void addKept(byte[] frame, List<WorkerHello.Held> held) {
    try {
      FrameKind kind = Header.read(frame).kind();
      BatchReader batch = new BatchReader(frame);
      while (batch.next()) {
        held.add(
            kind == FrameKind.OUTCOMES ? held(Outcome.read(batch)) : held(Release.read(batch)));
      }
    } catch (MalformedFrameException e) {
      throw new AssertionError(e);
    }
  }

  private static WorkerHello.Held held(Outcome outcome) {
    return new WorkerHello.Held(outcome.lease(), outcome.task());
  }

  private static WorkerHello.Held held(Release release) {
    return new WorkerHello.Held(release.lease(), 0);
  }

  @Override
  public byte[] heartbeat(Session session, long ack) {
    byte[] frame = new Heartbeat(progress).frame(session, ack, credit());
    progress.clear();
    return frame;
  }

  @Override
  public Credit credit() {
    if (!draining) {
      told = new Credit(limit(Pool.BLOCKING), limit(Pool.EVENT_LOOP));
    }
    return told;
  }

  private long limit(Pool pool) {
    long taken = running.values().stream().filter(grant -> pool(grant) == pool).count();
    long slots = profile.slots().of(pool) + ahead;
    return Math.max(told.of(pool), granted[pool.ordinal()] + slots - taken);
  }

  private Pool pool(Grant grant) {
    return profile.offers().stream()
        .filter(offer -> offer.type().equals(grant.type()))
        .map(Offer::pool)
        .findFirst()
        .orElseThrow(() -> new AssertionError("granted, but not offered: " + grant));
  }

  @Override
  public void welcomed(Welcome welcome, boolean sameStore, long now) {
    super.welcomed(welcome, sameStore, now);
    granted[Pool.BLOCKING.ordinal()] = 0;
    granted[Pool.EVENT_LOOP.ordinal()] = 0;
    told = Credit.NONE;
  }

  @Override
  public void take(Header header, byte[] frame, long now) throws MalformedFrameException {
    if (header.kind() == FrameKind.DRAIN) {
      toldToLeave++;
      drains();
      return;
    }
    BatchReader batch = new BatchReader(frame);
    List<Grant> grants = new ArrayList<>();
    while (batch.next()) {
      if (header.kind() == FrameKind.GRANT) {
        grants.add(Grant.read(batch));
      } else {
        Cancel cancel = Cancel.read(batch);
        cancels.add(cancel);
        stop(cancel);
      }
    }
    if (!grants.isEmpty()) {
      frames.add(grants);
      grants.forEach(this::granted);
    }
  }

  /** A handler that ends when it is told to gives its slot back. */
  private void stop(Cancel cancel) {
    Grant grant = running.get(cancel.lease());
    if (grant != null && !stubborn) {
      releases(grant, true);
    }
  }

  private void granted(Grant grant) {
    Pool pool = pool(grant);
    assertThat(++granted[pool.ordinal()])
        .as("grants to %s", pool)
        .isLessThanOrEqualTo(told.of(pool));
    assertThat(running.put(grant.lease(), grant)).as("granted before").isNull();
  }
}
