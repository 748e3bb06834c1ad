package dev.errand.config.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.LogLines;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RefusalLogTest {

  /** Passes when a test says so. */
  private static final class Clock extends ScheduledThreadPoolExecutor {

    private final List<Runnable> waiting = new ArrayList<>();
    private long seconds;

    Clock() {
      super(0);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      waiting.add(task);
      seconds = unit.toSeconds(delay);
      return null;
    }

    void strike() {
      List<Runnable> due = List.copyOf(waiting);
      waiting.clear();
      due.forEach(Runnable::run);
    }
  }

  private final Clock clock = new Clock();
  private final RefusalLog refusals = new RefusalLog("bus", clock);
  private final LogLines log = new LogLines(RefusalLog.class);

  @AfterEach
  void close() {
    log.close();
  }

  private static SocketAddress peer(int number) {
    return new InetSocketAddress("192.0.2." + number, 40_000 + number);
  }

  private static SocketAddress peer(int number, int port) {
    return new InetSocketAddress("192.0.2." + number, port);
  }

  @Test
  void aRefusalIsOneLineAtOnce() {
    refusals.refused(peer(1), TlsFailure.NO_TLS);
    assertThat(log.all()).containsExactly("WARN bus: refused 192.0.2.1: it does not speak TLS");
  }

  @Test
  void theSameAgainIsSummedUpAtTheEndOfTheMinute() {
    for (int port = 40_000; port < 45_000; port++) {
      refusals.refused(peer(1, port), TlsFailure.NO_TLS);
    }
    assertThat(log.all()).hasSize(1);
    assertThat(clock.seconds).isEqualTo(60);
    clock.strike();
    assertThat(log.all())
        .containsExactly(
            "WARN bus: refused 192.0.2.1: it does not speak TLS",
            "WARN bus: refused 192.0.2.1 4999 more times within a minute: it does not speak TLS");
  }

  @Test
  void whatHappenedOnceIsNotToldTwice() {
    refusals.refused(peer(1), TlsFailure.NO_TLS);
    clock.strike();
    assertThat(log.all()).hasSize(1);
  }

  @Test
  void eachPeerAndEachReasonHasItsLine() {
    refusals.refused(peer(1), TlsFailure.NO_TLS);
    refusals.refused(peer(1), TlsFailure.LEFT);
    refusals.refused(peer(2), TlsFailure.LEFT);
    assertThat(log.all())
        .containsExactly(
            "WARN bus: refused 192.0.2.1: it does not speak TLS",
            "WARN bus: refused 192.0.2.1: it left before its handshake was over",
            "WARN bus: refused 192.0.2.2: it left before its handshake was over");
  }

  @Test
  void beyondAHundredOnlyTheirNumberIsTold() {
    for (int round = 0; round < 2; round++) {
      for (int number = 0; number < 250; number++) {
        refusals.refused(peer(number), TlsFailure.NO_CERTIFICATE);
      }
    }
    assertThat(log.all()).hasSize(100);
    clock.strike();
    assertThat(log.all())
        .hasSize(100 + 100 + 1)
        .endsWith("WARN bus: refused 300 more connections of others within a minute");
  }

  @Test
  void aNewMinuteBeginsWithTheNextRefusal() {
    refusals.refused(peer(1), TlsFailure.NO_TLS);
    clock.strike();
    assertThat(clock.waiting).as("nothing to wait for").isEmpty();
    refusals.refused(peer(1), TlsFailure.NO_TLS);
    assertThat(log.all()).hasSize(2).containsOnly(log.all().get(0));
    assertThat(clock.waiting).hasSize(1);
  }

  @Test
  void afterACrowdTheNextMinuteIsAsTheFirst() {
    for (int number = 0; number < 250; number++) {
      refusals.refused(peer(number), TlsFailure.NO_TLS);
    }
    clock.strike();
    int before = log.all().size();
    refusals.refused(peer(200), TlsFailure.NO_TLS);
    assertThat(log.all()).hasSize(before + 1);
    clock.strike();
    assertThat(log.all()).as("the crowd is forgotten").hasSize(before + 1);
  }

  @Test
  void allAreCounted() {
    for (int i = 0; i < 3; i++) {
      refusals.refused(peer(1), TlsFailure.NO_TLS);
    }
    clock.strike();
    refusals.refused(peer(2), TlsFailure.LEFT);
    assertThat(refusals.count()).isEqualTo(4);
  }

  /** Whoever owns the address block may call its hosts as they like. */
  @Test
  void whatAPeerIsCalledDoesNotGetIntoTheLog() throws UnknownHostException {
    String forged = "nice\nWARN bus: all is well";
    InetAddress named = InetAddress.getByAddress(forged, new byte[] {(byte) 192, 0, 2, 5});
    refusals.refused(new InetSocketAddress(named, 1), TlsFailure.OTHER);
    refusals.refused(InetSocketAddress.createUnresolved(forged, 2), TlsFailure.OTHER);
    assertThat(log.all())
        .containsExactly(
            "WARN bus: refused 192.0.2.5: its handshake failed",
            "WARN bus: refused a peer that has gone: its handshake failed");
  }

  @Test
  void aPeerThatHasNoAddressAnyMoreHasALineToo() {
    refusals.refused(null, TlsFailure.LEFT);
    assertThat(log.all())
        .containsExactly(
            "WARN bus: refused a peer that has gone: it left before its handshake was over");
  }

  @Test
  void aNodeThatIsLeavingTellsWithoutAClock() {
    ScheduledThreadPoolExecutor stopped = new ScheduledThreadPoolExecutor(1);
    stopped.shutdownNow();
    RefusalLog late = new RefusalLog("membership", stopped);
    late.refused(peer(1), TlsFailure.LEFT);
    late.refused(peer(1), TlsFailure.LEFT);
    assertThat(log.all())
        .containsExactly(
            "WARN membership: refused 192.0.2.1: it left before its handshake was over");
  }
}
