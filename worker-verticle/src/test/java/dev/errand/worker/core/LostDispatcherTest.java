package dev.errand.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.WorkerHello.Held;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A worker whose dispatcher has gone. */
class LostDispatcherTest {

  private final VirtualDispatcher dispatcher =
      new VirtualDispatcher(
          new WorkerProfile(
              "w",
              "a-node",
              new Credit(2, 5),
              List.of(new Offer("loops", Pool.EVENT_LOOP, 90_000)),
              Map.of()));

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

  private void leave() {
    dispatcher.there = false;
    dispatcher.core.link().dispatcherLeft(dispatcher.now());
  }
}
