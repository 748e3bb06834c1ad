package dev.errand.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Progress;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Release;
import dev.errand.protocol.frame.WorkerHello.Held;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A worker whose dispatcher has gone, and what it tells the one that comes, which may be another.
 */
class LostDispatcherTest extends WorkerCoreFixture {

  private static final Duration AWAY = Duration.ofMinutes(10).plusSeconds(4);

  private void leave() {
    dispatcher.there = false;
    core.link().dispatcherLeft(dispatcher.now());
  }

  private List<Long> held() {
    return dispatcher.hello.held().stream().map(Held::lease).toList();
  }

  private static Release dropped(long lease) {
    return new Release(lease, true, "no dispatcher came for its outcome");
  }

  @Test
  void whileADispatcherThatLeftIsAwayItsAttemptsGoOnAndTheNextOneLearnsOfThem() {
    long lease = dispatcher.grant("loops", Duration.ofHours(1));
    leave();
    dispatcher.pass(Duration.ofMinutes(9));
    dispatcher.comeBack();
    assertThat(dispatcher.hello.held())
        .containsExactly(new Held(lease, VirtualDispatcher.task(lease)));
    assertThat(dispatcher.cancels).isEmpty();
  }

  @Test
  void oneThatDoesNotComeBackForTenMinutesLetsThemBeAskedToStop() {
    long lease = dispatcher.grant("loops", Duration.ofHours(1));
    leave();
    dispatcher.pass(Duration.ofMinutes(30));
    assertThat(dispatcher.cancels).containsExactly(new Cancel(lease, CancelReason.LOST));
  }

  @Test
  void oneThatIsSilentLetsThemBeAskedToStopForOthersMayRunThem() {
    long lease = dispatcher.grant("loops", Duration.ofHours(1));
    dispatcher.fallSilent();
    assertThat(dispatcher.cancels).containsExactly(new Cancel(lease, CancelReason.LOST));
  }

  @Test
  void oneThatForgetsTheSessionAndIsSilentThenLetsThemBeAskedToStop() {
    long lease = dispatcher.grant("loops", Duration.ofHours(1));
    dispatcher.there = false;
    dispatcher.reset();
    dispatcher.pass(Duration.ofMillis(2_900));
    assertThat(dispatcher.cancels).isEmpty();
    dispatcher.pass(Duration.ofMillis(100));
    assertThat(dispatcher.cancels).containsExactly(new Cancel(lease, CancelReason.LOST));
  }

  @Test
  void theCreditOfANewSessionIsWhatIsFree() {
    for (int i = 0; i < 4; i++) {
      succeed(dispatcher.grant("loops"));
    }
    dispatcher.grant("loops");
    long blocking = dispatcher.grant("blocks");
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 9));
    dispatcher.restart(dispatcher.store);
    assertThat(dispatcher.credit).isEqualTo(new Credit(1, 4));
    succeed(blocking);
    assertThat(dispatcher.credit).isEqualTo(new Credit(2, 4));
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
            new Held(kept, VirtualDispatcher.task(kept)),
            new Held(timedOut, VirtualDispatcher.task(timedOut)),
            new Held(left, VirtualDispatcher.task(left)),
            new Held(released, 0),
            new Held(running, VirtualDispatcher.task(running)),
            new Held(cancelled, VirtualDispatcher.task(cancelled)));
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
}
