package dev.errand.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.Kept;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.Now;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.protocol.Progress;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.link.DispatcherLink;
import dev.errand.worker.core.Attempt;
import dev.errand.worker.core.WorkerCore;
import dev.errand.worker.core.WorkerProfile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A worker that was with a dispatcher of another store in between. */
class TwoStoresTest {

  private static final int CLUSTER = Header.cluster("two");
  private static final Ledger NOTHING = new Ledger(0, 0, 0, 0, 0, 0, 0);

  private final ArrayDeque<Runnable> letters = new ArrayDeque<>();
  private final List<Attempt> started = new ArrayList<>();
  private final TreeMap<Long, StoredTask> recorded = new TreeMap<>();
  private DispatcherCore core;
  private long millis = 1;
  private final WorkerCore worker =
      new WorkerCore(
          CLUSTER,
          77,
          new WorkerProfile(
              "w",
              "node",
              new Credit(0, 4),
              List.of(new Offer("any", Pool.EVENT_LOOP, 0)),
              Map.of()),
          grant -> {
            Attempt attempt = new Stubborn(grant);
            started.add(attempt);
            return attempt;
          },
          new DispatcherLink.Port() {
            @Override
            public void send(byte[] frame) {
              letters.add(() -> core.receive(frame, now()));
            }

            @Override
            public void request(byte[] frame, int answerMillis) {
              letters.add(
                  () -> {
                    byte[] answer = core.request(frame, now());
                    letters.add(() -> worker().link().answer(answer, now().nanos()));
                  });
            }
          });

  /** An attempt that goes on whatever it is asked. */
  private static final class Stubborn extends Attempt {

    Stubborn(Grant grant) {
      super(grant);
    }

    @Override
    protected void cancel(CancelReason reason) {}

    @Override
    protected Progress takeProgress() {
      return null;
    }
  }

  private WorkerCore worker() {
    return worker;
  }

  private Now now() {
    return new Now(millis * 1_000_000, 1_700_000_000_000L + millis);
  }

  private DispatcherCore core(long store, int epoch) {
    DispatcherCore[] own = new DispatcherCore[1];
    own[0] =
        new DispatcherCore(
            new CoreSettings(
                CLUSTER,
                store,
                epoch,
                new CoreSettings.Limits(100, 100, 100, 1 << 20),
                new CoreSettings.Defaults(600_000, 3, 100),
                CoreSettings.Timings.USUAL),
            payload -> null,
            new SplittableRandom(1),
            (node, peer, frame) -> {
              if (core == own[0]) {
                letters.add(() -> worker().link().receive(frame, now().nanos()));
              }
            },
            now());
    return own[0];
  }

  private void settle() {
    do {
      for (Runnable next = letters.poll(); next != null; next = letters.poll()) {
        next.run();
      }
      Changes changes = core.changes();
      if (changes != null) {
        changes.tasks().forEach(task -> recorded.put(task.spec().id(), task));
        core.durable(changes.number());
      }
      core.flush(now());
      worker.flush();
    } while (!letters.isEmpty() || core.isDue());
  }

  private void pass(long time) {
    for (long until = millis + time; millis < until; ) {
      millis += 50;
      core.tick(now());
      worker.tick(now().nanos());
      settle();
    }
  }

  private void comes(DispatcherCore next) {
    worker.link().dispatcherLeft(now().nanos());
    core = next;
    pass(1_000);
  }

  private void once() {
    core = core(1, 1);
    pass(1_000);
    core.submit(TaskRequest.of("any", 1).withMaxAttempts(1), now());
    settle();
    assertThat(started).hasSize(1);
  }

  @Test
  void atMostOnceHoldsThoughADispatcherOfAnotherStoreWasThereForAMoment() {
    once();
    DispatcherCore first = core;
    comes(core(2, 1));
    recorded.clear();
    comes(first);
    pass(10_000);
    assertThat(started).hasSize(1);
  }

  @Test
  void atMostOnceHoldsThoughADispatcherWasStartedWithTheWrongStoreInBetween() {
    once();
    List<StoredTask> kept = List.copyOf(recorded.values());
    comes(core(2, 1));
    pass(60_000);
    DispatcherCore again = core(1, 2);
    again.recover(kept.stream().map(Kept::of).toList(), List.of(), NOTHING, 0, now());
    comes(again);
    pass(10_000);
    assertThat(started).hasSize(1);
  }
}
