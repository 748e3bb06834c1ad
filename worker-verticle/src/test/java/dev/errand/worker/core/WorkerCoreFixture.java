package dev.errand.worker.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.Release;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A worker's core with a {@link VirtualDispatcher}, and attempts that end as the test says. */
abstract class WorkerCoreFixture {

  static final Duration SECOND = Duration.ofSeconds(1);
  static final Bytes RESULT = Bytes.of("49");
  static final TaskError ERROR = new TaskError(ErrorKind.HANDLER, "no");
  static final List<Offer> OFFERS =
      List.of(new Offer("blocks", Pool.BLOCKING, 0), new Offer("loops", Pool.EVENT_LOOP, 90_000));

  final VirtualDispatcher dispatcher =
      new VirtualDispatcher(new WorkerProfile("w", "a-node", new Credit(2, 5), OFFERS, Map.of()));
  final WorkerCore core = dispatcher.core;

  final VirtualDispatcher.VirtualAttempt attempt(long lease) {
    return dispatcher.attempts.get(lease);
  }

  final void succeed(long lease) {
    core.outcome(attempt(lease), RESULT, null, 1_234);
    core.ended(attempt(lease));
    dispatcher.endTurn();
  }

  final void fail(long lease) {
    core.outcome(attempt(lease), null, ERROR, 1_234);
    core.ended(attempt(lease));
    dispatcher.endTurn();
  }

  static Outcome success(long lease) {
    return new Outcome(lease, VirtualDispatcher.task(lease), 1_234, RESULT, null);
  }

  /** What it says of a slot that an attempt has left after it overstayed. */
  static Release left(long lease) {
    return new Release(lease, true, "it has left its slot");
  }
}
