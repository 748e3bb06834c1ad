package dev.errand.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTextTest {

  private static final String RICH =
      " {\"a\": [1, -0.5e+3, true, false, null, {}], \"ü€𝄞\": \"x\\u00fc\\n€ü𝄞\", \"\": [[]]}\n";

  private static String problem(String text) {
    return JsonText.problem(Bytes.of(text));
  }

  private static String problem(byte[] text) {
    return JsonText.problem(Bytes.of(text));
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @Test
  void anyJsonValueIsFine() {
    for (String text :
        List.of(
            "0",
            "-0",
            "1e400",
            "-1.5E-7",
            "true",
            "null",
            "\"\"",
            "\"\\ud800\"",
            "[]",
            "{}",
            "\t\r\n [ 1 ,\n2 ] ",
            "{\"a\":1,\"a\":2}",
            "\"ü€𝄞\u007f\"",
            RICH)) {
      assertThat(problem(text)).as(text).isNull();
    }
  }

  @Test
  void sizeIsNoProblem() {
    assertThat(problem("1".repeat(2_000_000))).isNull();
    assertThat(problem("0." + "1".repeat(100_000) + "e99999999999")).isNull();
    assertThat(problem("\"" + "ü".repeat(2_000_000) + "\"")).isNull();
    assertThat(problem("{\"" + "k".repeat(1_000_000) + "\":1}")).isNull();
  }

  @Test
  void onlyTheSliceCounts() {
    byte[] around = "x[1]y".getBytes(StandardCharsets.UTF_8);
    assertThat(JsonText.problem(new Bytes(around, 1, 3))).isNull();
    assertThat(JsonText.problem(new Bytes(around, 1, 2))).contains("is not JSON");
    assertThat(JsonText.problem(new Bytes(around, 1, 4))).isNotNull();
  }

  @Test
  void nothingIsNoValue() {
    for (String text : List.of("", " ", "\n\t ")) {
      assertThat(problem(text)).isEqualTo("is empty, not a JSON value");
    }
  }

  @Test
  void whatIsNotJsonIsToldInOneLine() {
    for (String text :
        List.of(
            "nul",
            "NaN",
            "Infinity",
            "01",
            "+1",
            ".5",
            "1.",
            "-",
            "1e",
            "'x'",
            "\"x",
            "\"\t\"",
            "\"\\x\"",
            "\"\\u12\"",
            "[1,]",
            "[1 2]",
            "[}",
            "]",
            "{1:2}",
            "{\"a\"}",
            "{\"a\" 1}",
            "{\"a\":1,}",
            "{",
            "[[1]",
            "// no\n1",
            "/* no */ 1",
            "# no",
            "\u0000",
            "\ufeff\u0001",
            "x\ny".repeat(10_000))) {
      assertThat(problem(text)).as(text).startsWith("is not").doesNotContain("\n");
      assertThat(problem(text)).hasSizeLessThan(500);
    }
  }

  @Test
  void moreThanOneValueIsTooMany() {
    for (String text :
        List.of("1 2", "{}{}", "[] ,", "\"a\"\"b\"", "1true", "null x", "{} \u0000")) {
      assertThat(problem(text)).as(text).isNotNull();
    }
    assertThat(problem("{} []")).isEqualTo("has more behind its JSON value");
  }

  @Test
  void whereItBeganIsSaidWithoutWordsOfTheParserAboutItsSettings() {
    assertThat(problem("{\"a\": [1"))
        .isEqualTo(
            "is not JSON: Unexpected end-of-input: expected close marker for Array"
                + " (start marker at line 1, column 7)");
  }

  @Test
  void soManyBracketsAreDeepEnough() {
    for (String[] pair : new String[][] {{"[", "]"}, {"{\"a\":", "}"}}) {
      String core = pair[0].equals("[") ? "" : "1";
      assertThat(problem(pair[0].repeat(990) + core + pair[1].repeat(990))).isNull();
      assertThat(problem(pair[0].repeat(991) + core + pair[1].repeat(991)))
          .contains("991")
          .contains("990");
    }
    assertThat(problem("[".repeat(1_000_000))).contains("is not JSON");
  }

  @Test
  void badUtf8IsRefusedInValuesAndNames() {
    for (String bad :
        List.of(
            "80",
            "ff",
            "c3",
            "e2 82",
            "f0 9d 84",
            "c0 80",
            "c0 af",
            "e0 80 80",
            "f0 80 80 80",
            "ed a0 80",
            "f4 90 80 80",
            "f5 80 80 80")) {
      assertThat(problem(hex("22 61" + bad + "61 22"))).as(bad).startsWith("is not");
      assertThat(problem(hex("7b 22" + bad + "22 3a 31 7d"))).as(bad).startsWith("is not");
      assertThat(problem(hex("31 20" + bad))).as(bad).isNotNull();
    }
  }

  @Test
  void otherEncodingsAndByteOrderMarksAreRefused() {
    for (String text : List.of("1", "[1]", "\"abc\"", "{\"a\": 1}")) {
      for (String charset : List.of("UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE")) {
        assertThat(problem(text.getBytes(Charset.forName(charset))))
            .as("%s in %s", text, charset)
            .isEqualTo("is not UTF-8");
      }
      assertThat(problem("\ufeff" + text)).as(text).startsWith("is not");
    }
    assertThat(problem(hex("fffe 3100"))).isEqualTo("is not UTF-8");
  }

  @Test
  void noMutationThrowsOrLetsBadUtf8Through() {
    Random random = new Random(11);
    byte[] rich = RICH.getBytes(StandardCharsets.UTF_8);
    int fine = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] mutated = rich.clone();
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      if (problem(mutated) == null) {
        fine++;
        assertThat(isUtf8(mutated)).as(HexFormat.of().formatHex(mutated)).isTrue();
      }
    }
    assertThat(fine).isBetween(100, 49_900);
  }

  private static boolean isUtf8(byte[] text) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
