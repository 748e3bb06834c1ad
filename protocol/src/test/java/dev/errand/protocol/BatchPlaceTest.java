package dev.errand.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class BatchPlaceTest {

  @Test
  void aBatchHasAnIdThatFitsInAnAddress() {
    for (String fine : List.of("a", "0", "A.b_c~d-", "a".repeat(40))) {
      assertThat(new BatchPlace(fine, 0).batch()).isEqualTo(fine);
    }
    for (String bad :
        List.of("", "-a", ".", "..", "a b", "a/b", "ü", "a\n", "a\uD83D", "a".repeat(41))) {
      assertThatThrownBy(() -> new BatchPlace(bad, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("batch '" + bad + "' must match " + BatchPlace.ID_PATTERN);
    }
    assertThatThrownBy(() -> new BatchPlace(null, 0))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("batch");
  }

  @Test
  void aLineIsANumberFromOneOrNone() {
    for (long fine : new long[] {0, 1, 1L << 40}) {
      assertThat(new BatchPlace("b", fine).line()).isEqualTo(fine);
    }
    for (long bad : new long[] {-1, (1L << 40) + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> new BatchPlace("b", bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("line " + bad + " must be 1 to 1099511627776");
    }
  }
}
