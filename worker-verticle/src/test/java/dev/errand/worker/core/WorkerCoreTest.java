package dev.errand.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Progress;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.frame.BatchWriter;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Heartbeat;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.Release;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.WorkerHello;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerCoreTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Bytes RESULT = Bytes.of("49");
  private static final TaskError ERROR = new TaskError(ErrorKind.HANDLER, "no");
  private static final List<Offer> OFFERS =
      List.of(new Offer("blocks", Pool.BLOCKING, 0), new Offer("loops", Pool.EVENT_LOOP, 90_000));

  private final VirtualDispatcher dispatcher =
      new VirtualDispatcher(new WorkerProfile("w", "a-node", new Credit(2, 5), OFFERS, Map.of()));
  private final WorkerCore core = dispatcher.core;

  private VirtualDispatcher.VirtualAttempt attempt(long lease) {
    return dispatcher.attempts.get(lease);
  }

  private void succeed(long lease) {
    core.outcome(attempt(lease), RESULT, null, 1_234);
    core.ended(attempt(lease));
    core.flush();
  }

  private void fail(long lease) {
    core.outcome(attempt(lease), null, ERROR, 1_234);
    core.ended(attempt(lease));
    core.flush();
  }

  private static Outcome success(long lease) {
    return new Outcome(lease, VirtualDispatcher.task(lease), 1_234, RESULT, null);
  }

  @Test
  void aWorkerSaysWhatItIsAndWhatItTakes() {
    assertThat(dispatcher.hello)
        .isEqualTo(
            new WorkerHello("w", "a-node", new Credit(2, 5), OFFERS, Map.of(), List.of(), false));
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 5));
    assertThat(core.ready()).isTrue();
  }

  @Test
  void aGrantStartsAtOnce() {
    long lease = dispatcher.grant("blocks", SECOND);
    assertThat(dispatcher.attempts.values())
        .extracting(Attempt::grant)
        .containsExactly(
            new Grant(lease, VirtualDispatcher.task(lease), 2, "blocks", 1_000, Bytes.of("7")));
    assertThat(core.runningCount()).isOne();
  }

  @Test
  void whatCannotBeginHasFailedAndTakesNoSlot() {
    dispatcher.runnerFails = new OutOfMemoryError("Java heap space");
    long lease = dispatcher.grant("blocks");
    core.flush();
    assertThat(dispatcher.outcomes).extracting(Outcome::lease).containsExactly(lease);
    assertThat(dispatcher.outcomes.get(0).error().message())
        .startsWith("the worker could not begin it: ")
        .contains("Java heap space");
    assertThat(core.runningCount()).isZero();
    assertThat(dispatcher.credit).isEqualTo(new Credit(3, 5));
  }

  @Test
  void anOutcomeIsToldAsItIs() {
    long good = dispatcher.grant("blocks");
    long bad = dispatcher.grant("loops");
    succeed(good);
    fail(bad);
    assertThat(dispatcher.outcomes)
        .containsExactly(
            success(good), new Outcome(bad, VirtualDispatcher.task(bad), 1_234, null, ERROR));
    assertThat(core.runningCount()).isZero();
  }

  @Test
  void outcomesOfATurnAreOneFrame() {
    dispatcher.grantAll("loops", 5);
    for (Attempt attempt : dispatcher.attempts.values()) {
      core.outcome(attempt, RESULT, null, 1);
      core.ended(attempt);
    }
    core.flush();
    assertThat(dispatcher.kinds).containsExactly(FrameKind.OUTCOMES);
    assertThat(dispatcher.outcomes).hasSize(5);
  }

  @Test
  void anAttemptHasOneOutcome() {
    long lease = dispatcher.grant("loops");
    core.outcome(attempt(lease), RESULT, null, 1_234);
    core.outcome(attempt(lease), null, ERROR, 1);
    core.release(attempt(lease), true, "why not");
    core.ended(attempt(lease));
    core.outcome(attempt(lease), null, ERROR, 1);
    core.ended(attempt(lease));
    core.flush();
    assertThat(dispatcher.outcomes).containsExactly(success(lease));
    assertThat(dispatcher.releases).isEmpty();
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 6));
  }

  @Test
  void theCreditGrowsByOneForEachSlotThatIsReallyFree() {
    long lease = dispatcher.grant("blocks");
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 5));
    core.outcome(attempt(lease), RESULT, null, 1);
    core.flush();
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 5));
    core.ended(attempt(lease));
    core.flush();
    assertThat(dispatcher.credit).isEqualTo(new Credit(3, 5));
    succeed(dispatcher.grant("loops"));
    assertThat(dispatcher.credit).isEqualTo(new Credit(3, 6));
  }

  @Test
  void theCreditOfANewSessionIsWhatIsFree() {
    for (int i = 0; i < 10; i++) {
      succeed(dispatcher.grant("loops"));
    }
    dispatcher.grant("loops");
    long blocking = dispatcher.grant("blocks");
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 15));
    dispatcher.restart(dispatcher.store);
    assertThat(dispatcher.credit).isEqualTo(new Credit(1, 4));
    succeed(blocking);
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 4));
  }

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
  void anOutcomeIsKeptUntilItIsAcknowledged() {
    dispatcher.records = false;
    succeed(dispatcher.grant("loops"));
    dispatcher.pass(Duration.ofSeconds(30));
    assertThat(core.recorded()).isFalse();
    dispatcher.records = true;
    dispatcher.pass(Duration.ofMillis(1_050));
    assertThat(core.recorded()).isTrue();
    assertThat(dispatcher.outcomes).hasSize(1);
  }

  @Test
  void anOutcomeThatIsNotSentYetIsNotRecorded() {
    core.outcome(attempt(dispatcher.grant("loops")), RESULT, null, 1);
    assertThat(core.recorded()).isFalse();
  }

  @Test
  void anOutcomeThatIsLostIsRepeatedByTheNextHeartbeat() {
    long lease = dispatcher.grant("loops");
    dispatcher.there = false;
    succeed(lease);
    dispatcher.there = true;
    assertThat(dispatcher.outcomes).isEmpty();
    dispatcher.pass(Duration.ofMillis(1_050));
    assertThat(dispatcher.outcomes).containsExactly(success(lease));
  }

  @Test
  void aHelloListsWhatRunsAndWhatWaitsForAnAcknowledgement() {
    succeed(dispatcher.grant("loops"));
    dispatcher.pass(Duration.ofSeconds(2));
    dispatcher.records = false;
    long kept = dispatcher.grant("loops");
    succeed(kept);
    long released = dispatcher.grant("loops");
    core.release(attempt(released), false, "why not");
    core.ended(attempt(released));
    long timedOut = dispatcher.grant("loops", SECOND);
    long running = dispatcher.grant("blocks");
    long cancelled = dispatcher.grant("blocks");
    dispatcher.cancels(cancelled, CancelReason.CANCELLED);
    dispatcher.pass(Duration.ofSeconds(2));
    dispatcher.restart(dispatcher.store);
    assertThat(held()).containsExactlyInAnyOrder(running, kept, released, timedOut, cancelled);
  }

  @Test
  void aSessionLaterWhatWasKeptIsToldAgain() {
    dispatcher.records = false;
    long lease = dispatcher.grant("loops");
    succeed(lease);
    dispatcher.outcomes.clear();
    dispatcher.records = true;
    dispatcher.restart(dispatcher.store);
    dispatcher.pass(SECOND);
    assertThat(dispatcher.outcomes).containsExactly(success(lease));
    assertThat(core.recorded()).isTrue();
  }

  @Test
  void aWorkerThatLosesTheDispatcherTellsItsHandlersAndGoesOn() {
    long good = dispatcher.grant("loops");
    long bad = dispatcher.grant("loops");
    long endless = dispatcher.grant("loops");
    dispatcher.fallSilent();
    assertThat(core.ready()).isFalse();
    assertThat(dispatcher.cancels)
        .containsExactly(
            new Cancel(good, CancelReason.LOST),
            new Cancel(bad, CancelReason.LOST),
            new Cancel(endless, CancelReason.LOST));
    succeed(good);
    fail(bad);
    dispatcher.comeBack();
    assertThat(core.ready()).isTrue();
    assertThat(held()).containsExactlyInAnyOrder(good, bad, endless);
    assertThat(dispatcher.outcomes).containsExactly(success(good));
    assertThat(dispatcher.releases)
        .containsExactly(new Release(bad, true, "the dispatcher was out of reach"));
    dispatcher.fallSilent();
    assertThat(dispatcher.cancels).hasSize(3);
  }

  @Test
  void aDispatcherThatLeavesInOrderIsNoReasonToStop() {
    long lease = dispatcher.grant("loops");
    dispatcher.restart(dispatcher.store);
    assertThat(dispatcher.cancels).isEmpty();
    fail(lease);
    assertThat(dispatcher.outcomes).extracting(Outcome::error).containsExactly(ERROR);
  }

  @Test
  void aDispatcherWithAnotherStoreHearsNothingOfOldTasks() {
    dispatcher.records = false;
    succeed(dispatcher.grant("loops"));
    long running = dispatcher.grant("loops");
    dispatcher.outcomes.clear();
    dispatcher.restart(2);
    assertThat(dispatcher.cancels).containsExactly(new Cancel(running, CancelReason.LOST));
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 4));
    succeed(running);
    dispatcher.pass(Duration.ofSeconds(3));
    assertThat(dispatcher.outcomes).isEmpty();
    assertThat(dispatcher.releases).isEmpty();
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 5));
    long fresh = dispatcher.grant("loops");
    succeed(fresh);
    assertThat(dispatcher.outcomes).containsExactly(success(fresh));
  }

  @Test
  void aDispatcherThatIsAwayForTenMinutesGetsNoOldOutcomes() {
    long running = dispatcher.grant("loops", Duration.ofHours(1));
    succeed(dispatcher.grant("loops"));
    dispatcher.outcomes.clear();
    dispatcher.there = false;
    long dropped = dispatcher.grant("loops");
    succeed(dropped);
    dispatcher.pass(Duration.ofMinutes(10).plusSeconds(4));
    dispatcher.comeBack();
    assertThat(dispatcher.outcomes).isEmpty();
    assertThat(held()).containsExactly(dropped, running);
    assertThat(dispatcher.releases)
        .containsExactly(new Release(dropped, true, "no dispatcher came for its outcome"));
  }

  @Test
  void aDispatcherThatIsAwayForLessGetsThem() {
    long lease = dispatcher.grant("loops");
    dispatcher.there = false;
    succeed(lease);
    dispatcher.pass(Duration.ofMinutes(9).plusSeconds(50));
    dispatcher.comeBack();
    assertThat(dispatcher.outcomes).containsExactly(success(lease));
  }

  @Test
  void tooManyOutcomesThatWaitKeepTheCreditFromGrowing() {
    dispatcher.records = false;
    Bytes large = Bytes.of(new byte[15 << 20]);
    for (int i = 0; i < 5; i++) {
      long lease = dispatcher.grant("loops");
      core.outcome(attempt(lease), large, null, 1);
      core.ended(attempt(lease));
      core.flush();
    }
    long limit = dispatcher.credit.eventLoop();
    succeed(dispatcher.grant("loops"));
    dispatcher.pass(Duration.ofSeconds(2));
    assertThat(dispatcher.credit.eventLoop()).isEqualTo(limit);
    dispatcher.records = true;
    dispatcher.pass(Duration.ofSeconds(2));
    assertThat(dispatcher.credit.eventLoop()).isEqualTo(5 + 6);
  }

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
  void anAttemptThatEndsWithoutAWordIsGivenBack() {
    long lease = dispatcher.grant("loops");
    core.ended(attempt(lease));
    core.flush();
    assertThat(dispatcher.releases)
        .containsExactly(new Release(lease, true, "it was asked to stop, and did not end in time"));
    assertThat(core.runningCount()).isZero();
  }

  @Test
  void aTypeWithoutAHandlerIsGivenBack() {
    long lease = dispatcher.grant("cube");
    assertThat(dispatcher.attempts).isEmpty();
    assertThat(dispatcher.releases).containsExactly(new Release(lease, false, "no handler"));
    assertThat(core.runningCount()).isZero();
  }

  @Test
  void whatTheRunnerGivesBackIsGivenBack() {
    long lease = dispatcher.grant("loops");
    core.release(attempt(lease), false, "the lanes are blocked");
    core.outcome(attempt(lease), RESULT, null, 1);
    core.ended(attempt(lease));
    core.flush();
    assertThat(dispatcher.releases)
        .containsExactly(new Release(lease, false, "the lanes are blocked"));
    assertThat(dispatcher.outcomes).isEmpty();
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 6));
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
  void progressGoesWithTheNextHeartbeatOnce() {
    long lease = dispatcher.grant("loops");
    long ended = dispatcher.grant("loops");
    attempt(lease).progress(new Progress(0.25, "a quarter"));
    attempt(lease).progress(new Progress(0.5, "half"));
    attempt(ended).progress(new Progress(1, "done"));
    succeed(ended);
    dispatcher.pass(Duration.ofMillis(2_100));
    assertThat(dispatcher.heartbeats)
        .extracting(Heartbeat::progress)
        .containsExactly(Map.of(lease, new Progress(0.5, "half")), Map.of());
  }

  @Test
  void aFrameThatCantBeReadIsCountedAndDropped() {
    byte[] submit = new BatchWriter(FrameKind.SUBMIT).frame(new Session(0, 0, 0, 0, 0));
    dispatcher.sendNext(submit, 1);
    core.link().receive(new byte[64], dispatcher.now());
    assertThat(core.link().malformed()).isEqualTo(2);
    assertThat(core.ready()).isTrue();
  }

  @Test
  void aRefusalIsKnownUntilTheDispatcherThinksOtherwise() {
    dispatcher.refusal = "another cluster's name";
    dispatcher.restart(1);
    assertThat(core.ready()).isFalse();
    assertThat(core.refusal()).isEqualTo("another cluster's name");
    dispatcher.refusal = null;
    dispatcher.pass(SECOND);
    assertThat(core.ready()).isTrue();
    assertThat(core.refusal()).isNull();
  }

  private static final Duration AWAY = Duration.ofMinutes(10).plusSeconds(4);

  private static Release left(long lease) {
    return new Release(lease, true, "it has left its slot");
  }

  private static Release dropped(long lease) {
    return new Release(lease, true, "no dispatcher came for its outcome");
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

  @Test
  void aHelloTellsTheTasksOfWhatTakesASlotAndOfOutcomesThatAreKept() {
    dispatcher.records = false;
    long kept = dispatcher.grant("loops");
    succeed(kept);
    long timedOut = dispatcher.grant("loops", SECOND);
    long left = dispatcher.grant("loops", SECOND);
    dispatcher.pass(Duration.ofSeconds(2));
    core.ended(attempt(left));
    long released = dispatcher.grant("loops");
    core.release(attempt(released), false, "why not");
    core.ended(attempt(released));
    long running = dispatcher.grant("blocks");
    long cancelled = dispatcher.grant("blocks");
    dispatcher.cancels(cancelled, CancelReason.CANCELLED);
    dispatcher.restart(dispatcher.store);
    assertThat(dispatcher.hello.held())
        .containsExactlyInAnyOrder(
            new WorkerHello.Held(kept, VirtualDispatcher.task(kept)),
            new WorkerHello.Held(timedOut, VirtualDispatcher.task(timedOut)),
            new WorkerHello.Held(left, VirtualDispatcher.task(left)),
            new WorkerHello.Held(released, 0),
            new WorkerHello.Held(running, VirtualDispatcher.task(running)),
            new WorkerHello.Held(cancelled, VirtualDispatcher.task(cancelled)));
  }

  @Test
  void ofEachOutcomeThatIsDroppedOneReleaseIsKept() {
    dispatcher.there = false;
    long first = dispatcher.grant("loops");
    succeed(first);
    long timedOut = dispatcher.grant("loops", SECOND);
    dispatcher.pass(SECOND);
    core.ended(attempt(timedOut));
    long second = dispatcher.grant("blocks");
    fail(second);
    dispatcher.pass(AWAY);
    assertThat(core.owes()).isTrue();
    dispatcher.comeBack();
    assertThat(dispatcher.outcomes).isEmpty();
    assertThat(held()).containsExactly(first, timedOut, second);
    assertThat(dispatcher.releases)
        .containsExactly(dropped(first), dropped(timedOut), dropped(second));
    dispatcher.pass(SECOND);
    assertThat(core.recorded()).isTrue();
  }

  @Test
  void whatWasGivenBackBeforeItBeganIsStillKnownNotToHaveBegun() {
    dispatcher.there = false;
    long lease = dispatcher.grant("loops");
    core.release(attempt(lease), false, "the lanes are blocked");
    core.ended(attempt(lease));
    dispatcher.pass(AWAY);
    dispatcher.comeBack();
    assertThat(dispatcher.releases)
        .containsExactly(new Release(lease, false, "the lanes are blocked"));
  }

  @Test
  void whatStillTakesASlotIsNotGivenBackWithItsOutcome() {
    dispatcher.there = false;
    long timedOut = dispatcher.grant("loops", SECOND);
    long told = dispatcher.grant("loops");
    core.outcome(attempt(told), RESULT, null, 1);
    dispatcher.pass(AWAY);
    dispatcher.comeBack();
    assertThat(dispatcher.outcomes).isEmpty();
    assertThat(dispatcher.releases).isEmpty();
    assertThat(held()).containsExactly(timedOut, told);
    succeed(timedOut);
    succeed(told);
    assertThat(dispatcher.outcomes).isEmpty();
    assertThat(dispatcher.releases).containsExactly(left(timedOut), left(told));
  }

  @Test
  void anOutcomeThatComesLateWaitsForTenMinutesAtMostAsWell() {
    long early = dispatcher.grant("loops", Duration.ofHours(1));
    long late = dispatcher.grant("loops", Duration.ofHours(1));
    dispatcher.there = false;
    succeed(early);
    dispatcher.pass(AWAY);
    succeed(late);
    dispatcher.pass(AWAY);
    dispatcher.comeBack();
    assertThat(dispatcher.outcomes).isEmpty();
    assertThat(dispatcher.releases).containsExactly(dropped(early), dropped(late));
  }

  @Test
  void anOutcomeThatComesLateIsToldToADispatcherThatComesSoonAfter() {
    long late = dispatcher.grant("loops", Duration.ofHours(1));
    dispatcher.there = false;
    dispatcher.pass(AWAY);
    succeed(late);
    dispatcher.pass(SECOND);
    dispatcher.comeBack();
    assertThat(dispatcher.outcomes).containsExactly(success(late));
  }

  @Test
  void whatOverstaysIsNothingToADispatcherWithAnotherStore() {
    long timedOut = dispatcher.grant("loops", SECOND);
    long cancelled = dispatcher.grant("loops");
    dispatcher.cancels(cancelled, CancelReason.CANCELLED);
    dispatcher.pass(SECOND);
    dispatcher.restart(2);
    // It does not know them, and says so.
    dispatcher.cancels(timedOut, CancelReason.LOST);
    dispatcher.cancels(cancelled, CancelReason.LOST);
    fail(timedOut);
    fail(cancelled);
    assertThat(dispatcher.releases).isEmpty();
    assertThat(core.recorded()).isTrue();
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 5));
  }

  @Test
  void anotherStoreBeginsToCountAgainAndItsLeasesAreOthers() {
    long old = dispatcher.grant("blocks");
    attempt(old).progress(new Progress(0.5, "of the old one"));
    dispatcher.restart(2);
    dispatcher.countFrom(old);
    assertThat(dispatcher.grant("blocks")).isEqualTo(old);
    assertThat(dispatcher.attempts).hasSize(1);
    assertThat(dispatcher.releases)
        .containsExactly(
            new Release(old, false, "an attempt of an earlier dispatcher has that lease here"));
    dispatcher.cancels(old, CancelReason.CANCELLED);
    attempt(old).progress(new Progress(0.75, "of the old one"));
    dispatcher.restart(2);
    assertThat(held()).doesNotContain(old);
    succeed(old);
    dispatcher.pass(Duration.ofSeconds(2));
    assertThat(dispatcher.outcomes).isEmpty();
    assertThat(dispatcher.releases).hasSize(1);
    assertThat(dispatcher.heartbeats).allMatch(each -> each.progress().isEmpty());
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 5));
    assertThat(core.runningCount()).isZero();
  }

  @Test
  void aLeaseThatAnEarlierStoreHasHereIsGivenBackAsNeverBegunHoweverLateThatIs() {
    long old = dispatcher.grant("blocks");
    dispatcher.restart(2);
    dispatcher.there = false;
    dispatcher.countFrom(old);
    dispatcher.grant("blocks");
    dispatcher.pass(AWAY);
    succeed(old);
    dispatcher.comeBack();
    assertThat(dispatcher.releases)
        .containsExactly(
            new Release(old, false, "an attempt of an earlier dispatcher has that lease here"));
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

  private List<Long> held() {
    return dispatcher.hello.held().stream().map(WorkerHello.Held::lease).toList();
  }
}
