package dev.errand.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Release;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A worker that is to leave: it drains, gives back what still runs, and says goodbye. */
class DrainAndStopTest extends WorkerCoreFixture {

  @Test
  void aWorkerThatDrainsFinishesWhatRunsAndGivesBackWhatComes() {
    long running = dispatcher.grant("loops");
    for (int i = 0; i < 2; i++) {
      core.drain();
      core.flush();
    }
    assertThat(dispatcher.kinds).containsExactly(FrameKind.DRAINING);
    long late = dispatcher.grant("loops");
    assertThat(dispatcher.attempts).hasSize(1);
    assertThat(dispatcher.releases).containsExactly(new Release(late, false, "draining"));
    succeed(running);
    assertThat(dispatcher.outcomes).containsExactly(success(running));
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 5));
  }

  @Test
  void aWorkerThatDrainsSaysSoInItsNextHelloAndTakesNothing() {
    core.drain();
    dispatcher.restart(2);
    assertThat(dispatcher.hello.draining()).isTrue();
    dispatcher.pass(Duration.ofSeconds(2));
    assertThat(dispatcher.credit).isEqualTo(Credit.NONE);
  }

  @Test
  void aWorkerThatIsToldToLeaveDrainsAndSaysSoOnce() {
    long running = dispatcher.grant("loops");
    assertThat(core.toldToLeave()).isFalse();
    dispatcher.drains();
    dispatcher.drains();
    assertThat(core.toldToLeave()).isTrue();
    assertThat(dispatcher.kinds).containsExactly(FrameKind.DRAINING);
    long late = dispatcher.grant("loops");
    assertThat(dispatcher.releases).containsExactly(new Release(late, false, "draining"));
    assertThat(core.runningCount()).isOne();
    succeed(running);
    assertThat(dispatcher.outcomes).containsExactly(success(running));
    assertThat(core.runningCount()).isZero();
  }

  @Test
  void aWorkerThatIsToldToLeaveStillIsWithAnotherDispatcher() {
    dispatcher.drains();
    dispatcher.restart(2);
    assertThat(dispatcher.hello.draining()).isTrue();
    assertThat(core.toldToLeave()).isTrue();
    dispatcher.pass(Duration.ofSeconds(2));
    assertThat(dispatcher.credit).isEqualTo(Credit.NONE);
  }

  @Test
  void nobodyWantsWhatHasToldItsOutcomeOrWasCancelled() {
    long told = dispatcher.grant("loops");
    long cancelled = dispatcher.grant("loops");
    long timedOut = dispatcher.grant("loops", SECOND);
    long running = dispatcher.grant("blocks");
    assertThat(core.wantedCount()).isEqualTo(4);
    core.outcome(attempt(told), RESULT, null, 1_234);
    dispatcher.cancels(cancelled, CancelReason.CANCELLED);
    dispatcher.pass(SECOND);
    assertThat(core.wantedCount()).isOne();
    assertThat(core.runningCount()).isEqualTo(4);
    for (long lease : new long[] {told, cancelled, timedOut, running}) {
      succeed(lease);
    }
    assertThat(core.wantedCount()).isZero();
  }

  @Test
  void aWorkerThatStopsGivesBackWhatStillRuns() {
    long told = dispatcher.grant("loops");
    core.outcome(attempt(told), RESULT, null, 1_234);
    long timedOut = dispatcher.grant("loops", SECOND);
    dispatcher.pass(SECOND);
    long running = dispatcher.grant("blocks");
    dispatcher.cancels.clear();
    long waiting = dispatcher.grant("loops");
    core.stopAll();
    // It had not begun, so its lane gives it back.
    core.release(attempt(waiting), false, "it was cancelled before it began");
    core.ended(attempt(waiting));
    assertThat(core.owes()).isTrue();
    core.releaseAll("it stops");
    core.flush();
    assertThat(dispatcher.releases)
        .containsExactly(
            new Release(waiting, false, "it was cancelled before it began"),
            new Release(running, true, "it stops"));
    assertThat(dispatcher.cancels)
        .containsExactlyInAnyOrder(
            new Cancel(running, CancelReason.LOST), new Cancel(waiting, CancelReason.LOST));
    succeed(running);
    fail(timedOut);
    assertThat(dispatcher.outcomes).extracting(Outcome::lease).containsExactly(told, timedOut);
    dispatcher.pass(SECOND);
    assertThat(core.recorded()).isTrue();
    assertThat(core.owes()).isFalse();
    core.bye();
    core.flush();
    assertThat(dispatcher.kinds).endsWith(FrameKind.BYE);
  }

  @Test
  void aWorkerThatDrainsHasWhatOverstayedRecordedBeforeItIsDone() {
    dispatcher.records = false;
    long cancelled = dispatcher.grant("loops");
    dispatcher.cancels(cancelled, CancelReason.CANCELLED);
    long timedOut = dispatcher.grant("loops", SECOND);
    dispatcher.pass(SECOND);
    core.drain();
    core.flush();
    fail(cancelled);
    fail(timedOut);
    assertThat(core.runningCount()).isZero();
    core.stopAll();
    core.releaseAll("it stops");
    core.flush();
    assertThat(core.owes()).isTrue();
    assertThat(core.recorded()).isFalse();
    assertThat(dispatcher.releases).containsExactly(left(cancelled), left(timedOut));
    dispatcher.records = true;
    dispatcher.pass(Duration.ofMillis(1_050));
    assertThat(core.recorded()).isTrue();
    assertThat(core.owes()).isFalse();
    assertThat(dispatcher.releases).hasSize(2);
  }

  @Test
  void aWorkerThatStopsDoesNotWaitForWhatOverstays() {
    long cancelled = dispatcher.grant("loops");
    dispatcher.cancels(cancelled, CancelReason.CANCELLED);
    core.drain();
    core.stopAll();
    core.releaseAll("it stops");
    core.flush();
    dispatcher.pass(Duration.ofMillis(1_050));
    assertThat(dispatcher.releases).isEmpty();
    assertThat(core.recorded()).isTrue();
    assertThat(core.owes()).isFalse();
    core.bye();
    core.flush();
    assertThat(dispatcher.kinds).containsExactly(FrameKind.DRAINING, FrameKind.BYE);
  }
}
