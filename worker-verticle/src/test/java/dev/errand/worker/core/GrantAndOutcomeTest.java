package dev.errand.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Progress;
import dev.errand.protocol.frame.BatchWriter;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Heartbeat;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Release;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.WorkerHello;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a worker takes on, what it tells of that, and the credit that it gives for more. */
class GrantAndOutcomeTest extends WorkerCoreFixture {

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
}
