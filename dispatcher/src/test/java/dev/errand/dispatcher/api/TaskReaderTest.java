package dev.errand.dispatcher.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.JsonText;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskReaderTest {

  private static final int MOST_PAYLOAD = 10_000;

  private final TaskReader reader = new TaskReader(MOST_PAYLOAD);

  private TaskRequest read(String text) {
    return reader.read(Bytes.of(text), new ArrayList<>());
  }

  private List<String> wrong(String text) {
    return catchThrowableOfType(Problem.class, () -> read(text)).fields().stream()
        .map(Problem.Field::name)
        .toList();
  }

  @Test
  void allThatATaskMayAskForIsRead() {
    TaskRequest task =
        read(
            """
            {"type": "a/b", "payload": 7, "timeout": "20s", "expiresIn": "24h", "delay": "5m",
             "priority": 9, "maxAttempts": 2, "backoff": "250ms", "idempotencyKey": "kü",
             "batch": "b", "require": {"gpu": "yes"}}
            """);
    assertThat(task)
        .isEqualTo(
            new TaskRequest(
                "a/b",
                Bytes.of("7"),
                new Terms(20_000, 2, 250, 9, 300_000, 86_400_000, Map.of("gpu", "yes")),
                "kü",
                new BatchPlace("b", 0)));
  }

  @Test
  void whatIsLeftOutIsTheUsual() {
    assertThat(read("{\"type\":\"t\"}"))
        .isEqualTo(new TaskRequest("t", Bytes.of("null"), Terms.NONE, null, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7",
        "-0",
        "1E400",
        "0.10000000000000000000000000000001",
        "true",
        "false",
        "null",
        "\"\"",
        "\"a\\u0062\\\"ü\uD83D\uDE00\"",
        "[]",
        "{}",
        "[ 1 , {\"a\" : [ ] } ]",
        "{ \"type\" : \"no\", \"payload\": {\"payload\" : 1.50} }"
      })
  void aPayloadStaysAsItCame(String payload) {
    for (String around : List.of("%s", " %s ", "\n\t%s\r\n")) {
      String text = around.formatted(payload);
      assertThat(read("{\"type\":\"t\",\"payload\":" + text + "}").payload().text())
          .isEqualTo(payload);
      assertThat(
              read("{\"payload\":" + text + ",\"type\":\"ü\"}".replace("ü", "t")).payload().text())
          .isEqualTo(payload);
      assertThat(
              read("{\"idempotencyKey\":\"ü\",\"payload\":" + text + ",\"type\":\"t\"}")
                  .payload()
                  .text())
          .isEqualTo(payload);
    }
  }

  @Test
  void aTextMayBeAPartOfAnArray() {
    byte[] array = Bytes.of("xx{\"type\":\"t\",\"payload\":[1, 2]}yy").array();
    Bytes text = new Bytes(array, 2, array.length - 4);
    assertThat(reader.read(text, new ArrayList<>()).payload().text()).isEqualTo("[1, 2]");
  }

  /** Nobody looks at it again. */
  @Test
  void aPayloadThatIsTakenIsJson() {
    Random random = new Random(7);
    List<String> parts =
        List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\"a\"",
            "\"a\":",
            "1",
            "-",
            ".5",
            "e9",
            "0",
            "true",
            "null",
            "nul",
            " ",
            "\n",
            "ü",
            "\uD83D\uDE00",
            "\\u00",
            "\\ud800",
            "\\n",
            "\u0001",
            "/");
    int taken = 0;
    for (int i = 0; i < 300_000; i++) {
      StringBuilder payload = new StringBuilder();
      for (int length = 1 + random.nextInt(7); length > 0; length--) {
        payload.append(parts.get(random.nextInt(parts.size())));
      }
      try {
        Bytes read = read("{\"type\":\"t\",\"payload\":" + payload + "}").payload();
        assertThat(JsonText.problem(read)).as("%s", payload).isNull();
        taken++;
      } catch (Problem e) {
        // Most are none.
      }
    }
    assertThat(taken).isGreaterThan(3_000);
  }

  @Test
  void aPayloadMayBeAsDeepAsAnywhere() {
    String deepest = "[".repeat(JsonText.MAX_DEPTH) + "]".repeat(JsonText.MAX_DEPTH);
    assertThat(read("{\"type\":\"t\",\"payload\":" + deepest + "}").payload().text())
        .isEqualTo(deepest);
    assertThat(wrong("{\"type\":\"t\",\"payload\":[" + deepest + "]}")).containsExactly("body");
  }

  @Test
  void aPayloadMayHaveTheMostBytesAndNotOneMore() {
    String digits = "1".repeat(MOST_PAYLOAD);
    assertThat(read("{\"type\":\"t\",\"payload\":" + digits + "}").payload().length())
        .isEqualTo(MOST_PAYLOAD);
    assertThat(wrong("{\"type\":\"t\",\"payload\":" + digits + "1}")).containsExactly("payload");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"timeout\": 5",
        "\"timeout\": \"5\"",
        "\"timeout\": \"-5s\"",
        "\"timeout\": \"0s\"",
        "\"timeout\": \"31d\"",
        "\"timeout\": \" 5s\"",
        "\"timeout\": \"5s \"",
        "\"timeout\": \"5S\"",
        "\"timeout\": null",
        "\"timeout\": [\"5s\"]",
        "\"timeout\": \"99999999999999999999s\"",
        "\"backoff\": \"721h\"",
        "\"delay\": \"3651d\"",
        "\"expiresIn\": \"1.5h\"",
        "\"priority\": -1",
        "\"priority\": 10",
        "\"priority\": 1.0",
        "\"priority\": \"4\"",
        "\"priority\": 1e0",
        "\"priority\": 99999999999999999999999",
        "\"maxAttempts\": 0",
        "\"maxAttempts\": 1001",
        "\"maxAttempts\": true",
        "\"idempotencyKey\": \"\"",
        "\"idempotencyKey\": 7",
        "\"idempotencyKey\": \"\\ud800\"",
        "\"batch\": \"\"",
        "\"batch\": \"-a\"",
        "\"batch\": {}",
        "\"require\": []",
        "\"require\": null",
        "\"type\": 7",
        "\"type\": \"\"",
        "\"type\": \"a b\"",
        "\"type\": null",
        "\"Type\": \"a\"",
        "\"\": 1"
      })
  void aFieldOfAWrongTypeOrRangeIsNamed(String field) {
    String name = field.substring(1, field.indexOf('"', 1));
    String text = "{" + (name.equals("type") ? "" : "\"type\": \"t\", ") + field + "}";
    Problem problem = catchThrowableOfType(Problem.class, () -> read(text));
    assertThat(problem.fields()).extracting(Problem.Field::name).containsExactly(name);
    assertThat(problem.fields().get(0).problem()).matches("(must|is) .+");
  }

  @Test
  void labelsAreNamedOneByOne() {
    assertThat(
            wrong("{\"type\":\"t\",\"require\":{\"a\":1,\"b\":\"b\",\"\":\"c\",\"d\":{\"x\":1}}}"))
        .containsExactly("require.a", "require.", "require.d");
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < 17; i++) {
      labels.append(i == 0 ? "" : ",").append("\"l").append(i).append("\":\"v\"");
    }
    assertThat(wrong("{\"type\":\"t\",\"require\":{" + labels + "}}")).containsExactly("require");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "7",
        "[]",
        "\"a\"",
        "{",
        "{\"type\":\"t\"",
        "{\"type\":\"t\"}}",
        "{\"type\":\"t\"} {}",
        "{\"type\":\"t\",}",
        "{type:\"t\"}",
        "{\"type\":\"t\",\"type\":\"t\"}",
        "{\"type\":\"t\",\"payload\":{\"a\":1,\"a\":2}}",
        "{\"type\":\"t\",\"payload\":01}",
        "{\"type\":\"t\",\"payload\":NaN}",
        "{\"type\":\"t\",\"payload\":\"\\x\"}",
        "{\"type\":\"t\",\"payload\":\"\t\"}",
        "{\"type\":\"t\",\"payload\":}",
        "\uFEFF{\"type\":\"t\"}",
        "{\"type\":\"t\",\"payload\":\"\u0000\"}",
        "{\"type\":\"t\" /* */}"
      })
  void whatIsNotOneObjectIsRefused(String text) {
    assertThat(wrong(text)).contains("body");
  }

  @Test
  void whatIsNoUtf8IsRefused() {
    for (int bad : new int[] {0x80, 0xc0, 0xff}) {
      byte[] text = Bytes.of("{\"type\":\"t\",\"payload\":\"?\"}").array();
      text[text.length - 3] = (byte) bad;
      Problem problem =
          catchThrowableOfType(Problem.class, () -> reader.read(Bytes.of(text), new ArrayList<>()));
      assertThat(problem.fields()).extracting(Problem.Field::name).containsExactly("body");
    }
  }

  @Test
  void manyAndLongNamesMakeNoLongAnswer() {
    StringBuilder text = new StringBuilder("{\"type\":\"t\"");
    for (int i = 0; i < 1_000; i++) {
      text.append(",\"").append("x".repeat(500)).append(i).append("\":1");
    }
    Problem problem = catchThrowableOfType(Problem.class, () -> read(text + "}"));
    assertThat(problem.json().encode().length()).isLessThan(20_000);
  }

  @Test
  void aLineIsInItsBatchAndHasItsNumberAsItsKey() {
    BatchPlace place = new BatchPlace("b", 7);
    Bytes plain = Bytes.of("{\"type\":\"t\",\"payload\":1}");
    assertThat(reader.line(plain, place).batch()).isEqualTo(place);
    Problem problem =
        catchThrowableOfType(
            Problem.class,
            () ->
                reader.line(
                    Bytes.of("{\"type\":\"t\",\"batch\":\"b\",\"idempotencyKey\":\"k\"}"), place));
    assertThat(problem.fields())
        .extracting(Problem.Field::name)
        .containsExactly("batch", "idempotencyKey");
  }

  @Test
  void whatWasWrongBeforeIsToldToo() {
    List<Problem.Field> before = new ArrayList<>();
    before.add(new Problem.Field("wait", "is wrong"));
    Problem problem =
        catchThrowableOfType(Problem.class, () -> reader.read(Bytes.of("{}"), before));
    assertThat(problem).hasMessageStartingWith("wait is wrong; type is missing");
  }
}
