package dev.errand.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MillisTest {

  @Test
  void aTimeIsToldInTheLargestUnitThatFits() {
    assertThat(Millis.text(0)).isEqualTo("0 ms");
    assertThat(Millis.text(999)).isEqualTo("999 ms");
    assertThat(Millis.text(1_000)).isEqualTo("1 s");
    assertThat(Millis.text(1_500)).isEqualTo("1500 ms");
    assertThat(Millis.text(90_000)).isEqualTo("90 s");
    assertThat(Millis.text(300_000)).isEqualTo("5 min");
    assertThat(Millis.text(86_400_000)).isEqualTo("24 h");
    assertThat(Millis.text(86_400_001)).isEqualTo("86400001 ms");
    assertThat(Millis.text(Terms.MAX_WAIT.toMillis())).isEqualTo("87600 h");
  }

  @Test
  void aTimeThatIsLeftIsRoundedUpToAUnitOfWhichThereAreTenAtLeast() {
    assertThat(Millis.about(0)).isEqualTo("0 ms");
    assertThat(Millis.about(9_999)).isEqualTo("9999 ms");
    assertThat(Millis.about(10_000)).isEqualTo("10 s");
    assertThat(Millis.about(10_001)).isEqualTo("11 s");
    assertThat(Millis.about(59_001)).isEqualTo("1 min");
    assertThat(Millis.about(599_000)).isEqualTo("599 s");
    assertThat(Millis.about(600_001)).isEqualTo("11 min");
    assertThat(Millis.about(86_399_950)).isEqualTo("24 h");
  }
}
