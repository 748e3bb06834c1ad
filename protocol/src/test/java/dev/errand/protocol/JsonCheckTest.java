package dev.errand.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonCheckTest {

  private static final List<String> PIECES =
      List.of(
          "1",
          "-2.5e3",
          "0",
          "01",
          "true",
          "tru",
          "null",
          "\"a\"",
          "\"\\u00e4\"",
          "\"",
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"k\":",
          " ",
          "\n",
          "é",
          "\u0000",
          "/*c*/",
          "NaN",
          "[1,{\"a\":[]}]");

  private final JsonCheck check = new JsonCheck();

  /** What came before has no influence, be it fine or not. */
  @Test
  void saysWhatTheOrdinaryWaySays() {
    Random random = new Random(7);
    int fine = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int pieces = random.nextInt(6); pieces > 0; pieces--) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      Bytes bytes = Bytes.of(text.toString());
      String problem = JsonText.problem(bytes);
      assertThat(check.problem(bytes)).as("%s", text).isEqualTo(problem);
      fine += problem == null ? 1 : 0;
    }
    assertThat(fine).isGreaterThan(1_000);
  }

  @Test
  void deepOnesAreRefusedAndNotRemembered() {
    String deep = "[".repeat(JsonText.MAX_DEPTH + 1) + "]".repeat(JsonText.MAX_DEPTH + 1);
    assertThat(check.problem(Bytes.of(deep))).isNotNull();
    assertThat(check.problem(Bytes.of("[1]"))).isNull();
  }

  @Test
  void slicesAreReadWithinTheirBounds() {
    byte[] frame = "xx423yy".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertThat(check.problem(new Bytes(frame, 2, 3))).isNull();
    assertThat(check.problem(new Bytes(frame, 2, 4))).isNotNull();
  }
}
