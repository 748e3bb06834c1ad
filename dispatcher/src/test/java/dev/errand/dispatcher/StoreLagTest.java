package dev.errand.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StoreLagTest {

  private static final long MILLI = 1_000_000L;

  private final StoreLag lag = new StoreLag(-5 * MILLI);

  @Test
  void theLongestWaitOfTheLastSecondsCounts() {
    lag.begins(0);
    lag.begins(10 * MILLI);
    lag.ends(30 * MILLI);
    lag.ends(32 * MILLI);
    assertThat(lag.millis(40 * MILLI)).isEqualTo(30);
    assertThat(lag.millis(9_000 * MILLI)).isEqualTo(30);
    assertThat(lag.millis(30_000 * MILLI)).isZero();
  }

  @Test
  void whatStillWaitsCounts() {
    lag.begins(0);
    assertThat(lag.millis(70 * MILLI)).isEqualTo(70);
    assertThat(lag.millis(60_000 * MILLI)).isEqualTo(60_000);
  }
}
