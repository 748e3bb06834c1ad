package dev.errand.worker.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Progress;
import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.FrameWriter;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Heartbeat;
import dev.errand.protocol.frame.HeartbeatReply;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Refused;
import dev.errand.protocol.frame.Release;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Welcome;
import dev.errand.protocol.frame.WorkerHello;
import dev.errand.protocol.link.DispatcherLink;
import dev.errand.protocol.link.ReceiveStream;
import dev.errand.protocol.link.SendStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a worker's core has around it, in virtual time: a dispatcher that notes all it hears and
 * grants what the test wants, and a runner that notes what it should run.
 */
final class VirtualDispatcher implements DispatcherLink.Port, Runner {

  private static final int CLUSTER = Header.cluster("virtual");
  private static final long INCARNATION = 0x3a;
  private static final Duration STEP = Duration.ofMillis(50);

  /** Whether it hears and answers. */
  boolean there = true;

  /** Whether what it hears is recorded, and so acknowledged. */
  boolean records = true;

  /** Why it does not take the worker in; null: it does. */
  String refusal;

  /** The store that it has; another one has other tasks. */
  long store = 1;

  /** What the runner throws instead of running anything; null: it does not. */
  Error runnerFails;

  WorkerHello hello;
  final List<FrameKind> kinds = new ArrayList<>();
  final List<Outcome> outcomes = new ArrayList<>();
  final List<Release> releases = new ArrayList<>();
  final List<Heartbeat> heartbeats = new ArrayList<>();

  /** What the last frame of the session said. */
  Credit credit = Credit.NONE;

  /** What the runner was told to run, by lease, and to cancel. */
  final Map<Long, VirtualAttempt> attempts = new LinkedHashMap<>();

  final List<Cancel> cancels = new ArrayList<>();
  final WorkerCore core;
  private SendStream sending;
  private ReceiveStream receiving;
  private Session session;
  private int sessions;
  private long lastLease = 500;
  private long patience = Long.MAX_VALUE;
  private long now = 9_000_000_000_321L;

  VirtualDispatcher(WorkerProfile profile) {
    core = new WorkerCore(CLUSTER, INCARNATION, profile, this, this);
    pass(Duration.ZERO);
  }

  long now() {
    return now;
  }

  /** Time passes in small steps. */
  void pass(Duration time) {
    Duration left = time;
    for (; left.compareTo(STEP) > 0; left = left.minus(STEP)) {
      tick(STEP);
    }
    tick(left);
  }

  private void tick(Duration time) {
    now += time.toNanos();
    if (now >= patience) {
      patience = Long.MAX_VALUE;
      core.link().noAnswer(now);
    }
    core.tick(now);
    endTurn();
  }

  /** Another dispatcher is there instead, after the worker has noticed. */
  void restart(long withStore) {
    store = withStore;
    core.link().dispatcherLeft(now);
    pass(Duration.ofMillis(100));
  }

  /** It says that it does not know the session. */
  void reset() {
    core.link().receive(new FrameWriter().frame(FrameKind.RESET, session, 0, Credit.NONE), now);
  }

  /** Nothing is heard for so long that the worker gives the session up. */
  void fallSilent() {
    there = false;
    pass(Duration.ofMillis(4_500));
  }

  /** It is heard again, and the worker finds out. */
  void comeBack() {
    there = true;
    pass(Duration.ofSeconds(4));
  }

  /** Grants one attempt that may take a minute, and gives its lease. */
  long grant(String type) {
    return grant(type, Duration.ofMinutes(1));
  }

  long grant(String type, Duration timeout) {
    write(type, timeout);
    flush();
    return lastLease;
  }

  /** Grants so many in one frame. */
  void grantAll(String type, int count) {
    for (int i = 0; i < count; i++) {
      write(type, Duration.ofMinutes(1));
    }
    flush();
  }

  private void write(String type, Duration timeout) {
    lastLease++;
    Grant.write(
        sending.batch(FrameKind.GRANT),
        lastLease,
        task(lastLease),
        2,
        type,
        timeout.toMillis(),
        Bytes.of("7"));
  }

  /** The next grant has that lease: another store begins to count again. */
  void countFrom(long lease) {
    lastLease = lease - 1;
  }

  /** The id of the task of that lease. */
  static long task(long lease) {
    return lease + 10_000;
  }

  /** Sends a CANCEL. */
  void cancels(long lease, CancelReason reason) {
    new Cancel(lease, reason).write(sending.batch(FrameKind.CANCEL));
    flush();
  }

  /** Tells the worker to leave. */
  void drains() {
    sending.batch(FrameKind.DRAIN);
    flush();
  }

  /** Sends a frame as the next of its stream. */
  void sendNext(byte[] frame, long seq) {
    Header.stamp(frame, session, seq, 0, Credit.NONE);
    core.link().receive(frame, now);
    core.flush();
  }

  /** All frames twice: the second time they must have no effect. */
  private void flush() {
    sending.flush(
        session,
        ack(),
        Credit.NONE,
        frame -> {
          core.link().receive(frame, now);
          core.link().receive(frame, now);
        });
    endTurn();
  }

  /** As the worker does it. */
  void endTurn() {
    core.begin(now);
    core.flush();
  }

  private long ack() {
    return records ? receiving.received() : 0;
  }

  @Override
  public void send(byte[] frame) {
    if (there) {
      try {
        take(Header.read(frame), frame);
      } catch (MalformedFrameException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void take(Header header, byte[] frame) throws MalformedFrameException {
    credit = header.credit();
    if (header.seq() == 0 || !receiving.take(header.seq())) {
      return;
    }
    kinds.add(header.kind());
    BatchReader batch = new BatchReader(frame);
    while (batch.next()) {
      if (header.kind() == FrameKind.OUTCOMES) {
        outcomes.add(Outcome.read(batch));
      } else {
        releases.add(Release.read(batch));
      }
    }
  }

  @Override
  public void request(byte[] frame, int answerMillis) {
    if (!there) {
      patience = now + Duration.ofMillis(answerMillis).toNanos();
      return;
    }
    try {
      core.link().answer(answer(Header.read(frame), frame), now);
    } catch (MalformedFrameException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] answer(Header header, byte[] frame) throws MalformedFrameException {
    if (header.kind() == FrameKind.HEARTBEAT) {
      if (!header.session().equals(session)) {
        return new FrameWriter().frame(FrameKind.RESET, header.session(), 0, Credit.NONE);
      }
      heartbeats.add(Heartbeat.read(frame));
      credit = header.credit();
      return new HeartbeatReply(receiving.received()).frame(session, ack());
    }
    hello = WorkerHello.read(frame);
    credit = Credit.NONE;
    session = new Session(CLUSTER, store, 1, INCARNATION, ++sessions);
    if (refusal != null) {
      return new Refused(refusal).frame(session);
    }
    sending = new SendStream();
    receiving = new ReceiveStream();
    return new Welcome(false, 1_000, 3_000, 100, 100).frame(session);
  }

  @Override
  public Attempt run(Grant grant) {
    if (runnerFails != null) {
      throw runnerFails;
    }
    VirtualAttempt attempt = new VirtualAttempt(grant);
    attempts.put(grant.lease(), attempt);
    return attempt;
  }

  /** An attempt that does what the test says. */
  final class VirtualAttempt extends Attempt {

    private Progress progress;

    VirtualAttempt(Grant grant) {
      super(grant);
    }

    void progress(Progress told) {
      progress = told;
    }

    @Override
    protected void cancel(CancelReason reason) {
      cancels.add(new Cancel(lease(), reason));
    }

    @Override
    protected Progress takeProgress() {
      Progress told = progress;
      progress = null;
      return told;
    }
  }
}
