package dev.errand.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Attempts that took too long or were cancelled, and keep their slots until they end. */
class OverstayTest extends WorkerCoreFixture {

  @Test
  void anAttemptThatTakesTooLongIsCancelledAndReported() {
    long lease = dispatcher.grant("loops", Duration.ofSeconds(10));
    dispatcher.grant("loops", Duration.ofSeconds(11));
    dispatcher.pass(Duration.ofMillis(9_990));
    assertThat(dispatcher.cancels).isEmpty();
    dispatcher.pass(Duration.ofMillis(10));
    assertThat(dispatcher.cancels).containsExactly(new Cancel(lease, CancelReason.TIMEOUT));
    assertThat(dispatcher.outcomes)
        .containsExactly(
            new Outcome(
                lease,
                VirtualDispatcher.task(lease),
                10_000_000,
                null,
                new TaskError(
                    ErrorKind.TIMEOUT, "the handler of 'loops' gave no outcome in 10 s")));
  }

  @Test
  void anAttemptThatTakesTooLongKeepsItsSlotUntilItsEndAndHasNoOtherOutcome() {
    long lease = dispatcher.grant("loops", SECOND);
    dispatcher.pass(Duration.ofMinutes(1));
    assertThat(dispatcher.outcomes).hasSize(1);
    assertThat(dispatcher.cancels).hasSize(1);
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 5));
    succeed(lease);
    assertThat(dispatcher.outcomes).hasSize(1);
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 6));
  }

  @Test
  void anAttemptTimesOutWithoutADispatcherAsWell() {
    long lease = dispatcher.grant("loops", SECOND);
    dispatcher.there = false;
    dispatcher.pass(Duration.ofMillis(1_050));
    assertThat(dispatcher.cancels).containsExactly(new Cancel(lease, CancelReason.TIMEOUT));
    dispatcher.comeBack();
    assertThat(dispatcher.outcomes).hasSize(1);
  }

  @Test
  void aCancelledAttemptIsAskedToStopAndItsOutcomeIsOfNoInterest() {
    long lease = dispatcher.grant("loops", SECOND);
    dispatcher.cancels(lease, CancelReason.CANCELLED);
    dispatcher.cancels(lease + 7, CancelReason.CANCELLED);
    dispatcher.pass(Duration.ofSeconds(2));
    assertThat(dispatcher.cancels).containsExactly(new Cancel(lease, CancelReason.CANCELLED));
    assertThat(core.runningCount()).isOne();
    fail(lease);
    assertThat(dispatcher.outcomes).isEmpty();
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 6));
  }

  @Test
  void anAttemptThatTimedOutSaysOnceWhenItHasLeftItsSlot() {
    long lease = dispatcher.grant("loops", SECOND);
    dispatcher.pass(Duration.ofSeconds(5));
    assertThat(dispatcher.outcomes).hasSize(1);
    assertThat(dispatcher.releases).isEmpty();
    fail(lease);
    core.ended(attempt(lease));
    core.flush();
    assertThat(dispatcher.releases).containsExactly(left(lease));
    assertThat(dispatcher.kinds).containsExactly(FrameKind.OUTCOMES, FrameKind.RELEASE);
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 6));
  }

  @Test
  void anAttemptThatWasCancelledSaysOnceWhenItHasLeftItsSlot() {
    long lease = dispatcher.grant("loops", SECOND);
    dispatcher.cancels(lease, CancelReason.CANCELLED);
    dispatcher.cancels(lease, CancelReason.TIMEOUT);
    dispatcher.pass(Duration.ofSeconds(5));
    core.release(attempt(lease), false, "it was cancelled before it began");
    assertThat(dispatcher.kinds).isEmpty();
    succeed(lease);
    core.ended(attempt(lease));
    core.flush();
    assertThat(dispatcher.releases).containsExactly(left(lease));
    assertThat(dispatcher.kinds).containsExactly(FrameKind.RELEASE);
  }

  @Test
  void anAttemptThatWasCancelledAfterItTimedOutLeavesOnce() {
    long lease = dispatcher.grant("loops", SECOND);
    dispatcher.pass(Duration.ofSeconds(2));
    dispatcher.cancels(lease, CancelReason.TIMEOUT);
    core.ended(attempt(lease));
    core.flush();
    assertThat(dispatcher.outcomes).hasSize(1);
    assertThat(dispatcher.releases).containsExactly(left(lease));
  }

  @Test
  void whatEndedBeforeItWasCancelledHasAnOutcomeAndNothingElse() {
    long good = dispatcher.grant("loops");
    long bad = dispatcher.grant("blocks");
    succeed(good);
    fail(bad);
    dispatcher.cancels(good, CancelReason.CANCELLED);
    dispatcher.cancels(bad, CancelReason.CANCELLED);
    dispatcher.pass(Duration.ofSeconds(2));
    assertThat(dispatcher.outcomes).hasSize(2);
    assertThat(dispatcher.releases).isEmpty();
    assertThat(dispatcher.cancels).isEmpty();
  }

  @Test
  void whatIsCancelledBetweenItsOutcomeAndItsEndSaysWhenItHasLeft() {
    long lease = dispatcher.grant("loops");
    core.outcome(attempt(lease), RESULT, null, 1_234);
    core.flush();
    dispatcher.cancels(lease, CancelReason.CANCELLED);
    assertThat(dispatcher.releases).isEmpty();
    core.ended(attempt(lease));
    core.flush();
    assertThat(dispatcher.outcomes).containsExactly(success(lease));
    assertThat(dispatcher.releases).containsExactly(left(lease));
  }

  @Test
  void anAttemptThatIsCancelledAndLostLeavesOnce() {
    long lease = dispatcher.grant("loops");
    dispatcher.cancels(lease, CancelReason.CANCELLED);
    dispatcher.fallSilent();
    fail(lease);
    assertThat(core.recorded()).isFalse();
    dispatcher.comeBack();
    assertThat(dispatcher.outcomes).isEmpty();
    assertThat(dispatcher.releases).containsExactly(left(lease));
    assertThat(core.recorded()).isTrue();
  }
}
