package dev.errand.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What handlers say is kept, but not at any length: errors, and progress. */
class TaskErrorTest {

  private static String message(String text) {
    return new TaskError(ErrorKind.HANDLER, text).message();
  }

  private static boolean hasHalfACharacter(String text) {
    return text.codePoints().anyMatch(code -> code >= 0xD800 && code < 0xE000);
  }

  @Test
  void whatFitsIsKept() {
    TaskError error = new TaskError(ErrorKind.TIMEOUT, "m".repeat(1_000), "d".repeat(8_000));
    assertThat(error.message()).isEqualTo("m".repeat(1_000));
    assertThat(error.detail()).isEqualTo("d".repeat(8_000));
    assertThat(new TaskError(ErrorKind.TIMEOUT, null, null))
        .isEqualTo(new TaskError(ErrorKind.TIMEOUT, ""));
  }

  @Test
  void whatIsTooLongIsCutAndSaysSo() {
    TaskError error = new TaskError(ErrorKind.TIMEOUT, "m".repeat(1_001), "d".repeat(9_000));
    assertThat(error.message()).isEqualTo("m".repeat(999) + "…");
    assertThat(error.detail()).isEqualTo("d".repeat(7_999) + "…");
  }

  @Test
  void noCharacterIsCutInHalf() {
    for (String start : new String[] {"", "x"}) {
      String cut = message(start + "𝄞".repeat(600));
      assertThat(hasHalfACharacter(cut)).isFalse();
      assertThat(cut).endsWith("𝄞…").hasSizeBetween(999, 1_000);
      String told = new Progress(0, start + "𝄞".repeat(600)).message();
      assertThat(hasHalfACharacter(told)).isFalse();
      assertThat(told).endsWith("𝄞").hasSizeBetween(199, 200);
    }
  }

  @Test
  void anErrorHasAKind() {
    assertThatThrownBy(() -> new TaskError(null, "m")).isInstanceOf(NullPointerException.class);
  }

  @Test
  void aFractionIsZeroToOne() {
    double[][] expected = {
      {0, 0}, {0.5, 0.5}, {1, 1}, {-0.1, 0}, {1.1, 1}, {Double.NaN, 0}, {1 / 0.0, 1}, {-1 / 0.0, 0}
    };
    for (double[] pair : expected) {
      assertThat(new Progress(pair[0], "").fraction()).isEqualTo(pair[1]);
    }
  }

  @Test
  void aMessageIsNeverNull() {
    assertThat(new Progress(0, null).message()).isEmpty();
    assertThat(new Progress(0, "p".repeat(200)).message()).hasSize(200);
    assertThat(new Progress(0, "p".repeat(201)).message()).hasSize(200);
  }
}
