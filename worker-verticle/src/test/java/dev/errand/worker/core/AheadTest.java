package dev.errand.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Release;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A busy worker takes somewhat more than it has slots for, which waits for one. */
class AheadTest extends WorkerCoreFixture {

  private static final Duration TICK = Duration.ofMillis(50);

  /** Of five slots. */
  private static final int DONE = 15;

  /** What it has done in 10 ms when it was busy. */
  private static final int AHEAD = 3;

  @BeforeEach
  void itIsBusy() {
    dispatcher.pass(TICK);
    for (int i = 0; i < DONE; i++) {
      succeed(dispatcher.grant("loops"));
    }
    dispatcher.pass(TICK);
    dispatcher.attempts.clear();
    dispatcher.outcomes.clear();
  }

  private long granted() {
    return dispatcher.attempts.size();
  }

  @Test
  void theCreditGoesAheadByWhatItDoesInTenMilliseconds() {
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, DONE + 5 + AHEAD));
  }

  @Test
  void itGoesNoFurtherAheadThanItHasSlots() {
    for (int i = 0; i < 1_000; i++) {
      succeed(dispatcher.grant("loops"));
    }
    dispatcher.pass(TICK);
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, DONE + 1_000 + 5 + 5));
  }

  @Test
  void whatGoesBeyondTheSlotsBeginsInItsOrderAsSlotsAreFree() {
    dispatcher.grantAll("loops", 8);
    assertThat(granted()).isEqualTo(5);
    assertThat(core.runningCount()).isEqualTo(5);
    long first = dispatcher.attempts.keySet().iterator().next();
    succeed(first);
    assertThat(dispatcher.attempts.keySet()).containsExactly(lease(first, 6));
    succeed(first + 2);
    assertThat(dispatcher.attempts.keySet()).containsExactly(lease(first, 7));
    assertThat(core.runningCount()).isEqualTo(5);
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, DONE + 8 + 2));
  }

  @Test
  void whatComesLaterDoesNotOvertakeWhatWaits() {
    dispatcher.grantAll("loops", 6);
    long first = dispatcher.attempts.keySet().iterator().next();
    core.ended(attempt(first));
    dispatcher.grant("loops");
    assertThat(dispatcher.attempts.keySet()).containsExactly(lease(first, 6));
    succeed(first + 1);
    assertThat(dispatcher.attempts.keySet()).containsExactly(lease(first, 7));
  }

  @Test
  void aSlotThatIsFreeIsTakenBeforeAnythingIsGivenBack() {
    dispatcher.grantAll("loops", 6);
    long first = dispatcher.attempts.keySet().iterator().next();
    core.ended(attempt(first));
    dispatcher.pass(TICK);
    assertThat(dispatcher.attempts.keySet()).containsExactly(lease(first, 6));
  }

  private static Long[] lease(long first, int count) {
    Long[] all = new Long[count];
    for (int i = 0; i < count; i++) {
      all[i] = first + i;
    }
    return all;
  }

  @Test
  void whatHasWaitedForLongIsGivenBackAndItGoesAheadNoMore() {
    dispatcher.grantAll("loops", 8);
    long first = dispatcher.attempts.keySet().iterator().next();
    dispatcher.pass(TICK);
    assertThat(dispatcher.releases)
        .containsExactly(late(first + 5), late(first + 6), late(first + 7));
    for (long lease = first; lease < first + 5; lease++) {
      succeed(lease);
    }
    assertThat(granted()).isEqualTo(5);
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, DONE + 8 + 5));
  }

  private static Release late(long lease) {
    return new Release(lease, false, "no slot was free in 50 ms");
  }

  @Test
  void anIdleWorkerGoesAheadNoMore() {
    dispatcher.pass(TICK);
    succeed(dispatcher.grant("loops"));
    dispatcher.grantAll("loops", AHEAD);
    for (long lease : dispatcher.attempts.keySet().stream().skip(1).toList()) {
      succeed(lease);
    }
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, DONE + 1 + AHEAD + 5));
  }

  @Test
  void whatIsCancelledBeforeItBeginsGetsItsReleaseAndNeverBegins() {
    dispatcher.grantAll("loops", 6);
    long first = dispatcher.attempts.keySet().iterator().next();
    dispatcher.cancels(first + 5, CancelReason.CANCELLED);
    assertThat(dispatcher.releases)
        .containsExactly(new Release(first + 5, false, "it had not begun"));
    succeed(first);
    assertThat(granted()).isEqualTo(5);
    assertThat(dispatcher.cancels).isEmpty();
  }

  @Test
  void aWorkerThatDrainsGivesBackWhatHasNotBegun() {
    dispatcher.grantAll("loops", 6);
    long first = dispatcher.attempts.keySet().iterator().next();
    core.drain();
    succeed(first);
    assertThat(dispatcher.releases).containsExactly(new Release(first + 5, false, "draining"));
    assertThat(granted()).isEqualTo(5);
  }

  @Test
  void itsTimeCountsFromItsBeginning() {
    dispatcher.grantAll("blocks", 2);
    dispatcher.grantAll("loops", 5);
    long last = dispatcher.grant("loops", Duration.ofMillis(100));
    dispatcher.pass(Duration.ofMillis(40));
    succeed(last - 1);
    dispatcher.pass(Duration.ofMillis(90));
    assertThat(dispatcher.cancels).isEmpty();
    dispatcher.pass(Duration.ofMillis(50));
    assertThat(dispatcher.cancels).hasSize(1);
    assertThat(dispatcher.outcomes)
        .filteredOn(each -> each.error() != null)
        .extracting(Outcome::lease)
        .containsExactly(last);
  }

  @Test
  void whatWaitsWhenASessionEndsIsNotHeldAndNeverBegins() {
    dispatcher.grantAll("loops", 6);
    long first = dispatcher.attempts.keySet().iterator().next();
    dispatcher.reset();
    succeed(first);
    assertThat(granted()).isEqualTo(5);
    dispatcher.pass(Duration.ofSeconds(1));
    assertThat(dispatcher.hello.held())
        .extracting(held -> held.lease())
        .containsExactlyInAnyOrder(lease(first, 5));
    assertThat(granted()).isEqualTo(5);
    assertThat(dispatcher.credit.eventLoop()).isEqualTo(1);
  }
}
