package dev.errand.worker.handlers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.worker.api.TaskRejected;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class SquareHandlerTest {

  private static Object square(Vertx vertx, String json) throws Throwable {
    return new HandlerRun(json).of(new SquareHandler(), vertx);
  }

  @Test
  void anIntegerIsSquared(Vertx vertx) throws Throwable {
    assertThat(square(vertx, "423")).isEqualTo("423 * 423 = 178929");
    assertThat(square(vertx, " 0\n")).isEqualTo("0 * 0 = 0");
    assertThat(square(vertx, "-12")).isEqualTo("-12 * -12 = 144");
    assertThat(square(vertx, "-0")).isEqualTo("0 * 0 = 0");
  }

  @Test
  void noDigitIsLost(Vertx vertx) throws Throwable {
    for (int digits : new int[] {20, 500, 999, 1_000, 1_001, 5_000, SquareHandler.MAX_DIGITS}) {
      String text = "9".repeat(digits);
      String squared = (String) square(vertx, text);
      // (10^n - 1)^2, digit by digit.
      String right = "9".repeat(digits - 1) + "8" + "0".repeat(digits - 1) + "1";
      assertThat(squared.equals(text + " * " + text + " = " + right)).as(digits + "").isTrue();
    }
    assertThat(square(vertx, "9007199254740993"))
        .isEqualTo(
            "9007199254740993 * 9007199254740993 = " + new BigInteger("9007199254740993").pow(2));
  }

  @Test
  void wherePlainArithmeticEndsNothingChanges(Vertx vertx) throws Throwable {
    for (long number = SquareHandler.MAX_ROOT - 2; number <= SquareHandler.MAX_ROOT + 2; number++) {
      for (long signed : new long[] {number, -number}) {
        BigInteger right = BigInteger.valueOf(signed).pow(2);
        assertThat(square(vertx, "" + signed)).isEqualTo(signed + " * " + signed + " = " + right);
      }
    }
  }

  @Test
  void moreDigitsAreRejected(Vertx vertx) {
    String text = "-" + "1".repeat(SquareHandler.MAX_DIGITS + 1);
    assertThatThrownBy(() -> square(vertx, text))
        .isInstanceOf(TaskRejected.class)
        .hasMessage("payload has 100001 digits, square takes up to 100000");
  }

  @Test
  void anythingElseIsRejectedWithWhatItIs(Vertx vertx) {
    for (String[] each :
        new String[][] {
          {"1.0", "a number with a fraction or an exponent"},
          {"1e2", "a number with a fraction or an exponent"},
          {"\"423\"", "a string"},
          {"{}", "an object"},
          {"[423]", "an array"},
          {"true", "a boolean"},
          {"null", "null"},
          {"1" + "1".repeat(1_000_000) + ".5", "a number with a fraction or an exponent"}
        }) {
      assertThatThrownBy(() -> square(vertx, each[0]))
          .isInstanceOf(TaskRejected.class)
          .hasMessage("payload must be an integer such as 423, not " + each[1]);
    }
  }
}
