package dev.errand.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TaskRequestTest {

  /** Before any other was good. */
  private static final Throwable FIRST = catchThrowable(() -> TaskRequest.of("", 423));

  private static final TaskRequest PLAIN = TaskRequest.of("square", 423);

  @Test
  void whatIsLeftOutTakesTheDefault() {
    assertThat(PLAIN).isEqualTo(new TaskRequest("square", Bytes.of("423"), Terms.NONE, null, null));
  }

  @Test
  void changesAreCopies() {
    TaskRequest changed =
        PLAIN
            .withTimeout(Duration.ofSeconds(1))
            .withMaxAttempts(2)
            .withBackoff(Duration.ofSeconds(3));
    assertThat(changed).isEqualTo(PLAIN.with(new Terms(1_000, 2, 3_000, 4, 0, 0, Map.of())));
    assertThat(PLAIN.terms()).isSameAs(Terms.NONE);
    assertThat(changed.withTimeout(null).withMaxAttempts(0).withBackoff(null)).isEqualTo(PLAIN);
  }

  @Test
  void payloadsBecomeJson() {
    assertThat(payload(null)).isEqualTo("null");
    assertThat(payload("ü\"")).isEqualTo("\"ü\\\"\"");
    assertThat(payload(new JsonObject().put("a", 1))).isEqualTo("{\"a\":1}");
    assertThat(payload(new JsonArray().add(true))).isEqualTo("[true]");
    assertThat(payload(Map.of("a", List.of(1, 2)))).isEqualTo("{\"a\":[1,2]}");
    assertThat(payload(Arrays.asList(1.5, null))).isEqualTo("[1.5,null]");
  }

  private static String payload(Object value) {
    return TaskRequest.of("t", value).payload().text();
  }

  @Test
  void theFirstTypeMustBeAName() {
    assertThat(FIRST).hasMessageContaining("must match");
  }

  @Test
  void typesAreNames() {
    for (String type : List.of("a", "0", "resize", "a.b_c:d/e-f", "A".repeat(100))) {
      assertThat(TaskRequest.of(type, 1).type()).isEqualTo(type);
    }
    for (String type : List.of("", " a", "a b", "-a", "/a", "ä", "a\n", "a%", "A".repeat(101))) {
      assertThatThrownBy(() -> TaskRequest.of(type, 1))
          .as(type)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must match");
    }
    assertThatThrownBy(() -> TaskRequest.of(null, 1)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> TaskRequest.ofJson("t", null))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void durationsLastAMillisecondToThirtyDays() {
    for (Duration fine : List.of(Duration.ofMillis(1), Duration.ofDays(30))) {
      assertThat(PLAIN.withTimeout(fine).terms().timeout()).isEqualTo(fine.toMillis());
      assertThat(PLAIN.withBackoff(fine).terms().backoff()).isEqualTo(fine.toMillis());
    }
    for (Duration bad :
        List.of(
            Duration.ZERO,
            Duration.ofNanos(999_999),
            Duration.ofMillis(-1),
            Duration.ofDays(30).plusNanos(1),
            Duration.ofSeconds(Long.MAX_VALUE),
            Duration.ofSeconds(Long.MIN_VALUE))) {
      assertThatThrownBy(() -> PLAIN.withTimeout(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("timeout " + bad + " must be 1 ms to 30 days");
      assertThatThrownBy(() -> PLAIN.withBackoff(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("backoff ");
    }
  }

  @Test
  void attemptsAreOneToAThousand() {
    for (int fine : new int[] {1, 1_000}) {
      assertThat(PLAIN.withMaxAttempts(fine).terms().maxAttempts()).isEqualTo(fine);
    }
    for (int bad : new int[] {-1, 1_001, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> PLAIN.withMaxAttempts(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("maxAttempts " + bad + " must be 1 to 1000");
    }
  }

  @Test
  void eachOptionIsTheTermsOrItsOwn() {
    BatchPlace place = new BatchPlace("a-batch", 0);
    TaskRequest full =
        PLAIN
            .withPriority(9)
            .withDelay(Duration.ofMillis(5))
            .withExpiresIn(Duration.ofMillis(6))
            .withRequire(Map.of("gpu", "a100"))
            .withIdempotencyKey("k")
            .withBatch(place);
    assertThat(full)
        .isEqualTo(
            new TaskRequest(
                "square",
                Bytes.of("423"),
                new Terms(0, 0, 0, 9, 5, 6, Map.of("gpu", "a100")),
                "k",
                place));
    assertThat(full.with(Terms.NONE).withIdempotencyKey(null).withBatch(null)).isEqualTo(PLAIN);
  }

  @Test
  void keysHaveOneToTwoHundredCharacters() {
    for (String fine : List.of("k", " ", "€".repeat(200))) {
      assertThat(PLAIN.withIdempotencyKey(fine).idempotencyKey()).isEqualTo(fine);
    }
    for (String bad : List.of("", "k".repeat(201))) {
      assertThatThrownBy(() -> PLAIN.withIdempotencyKey(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("idempotencyKey has " + bad.length() + " characters, must have 1 to 200");
    }
  }

  @Test
  void aKeyHasWholeCharacters() {
    assertThat(PLAIN.withIdempotencyKey("\uD83D\uDE00").idempotencyKey()).hasSize(2);
    for (String bad : List.of("\uD83D", "\uDE00", "k\uD83D-", "\uDE00\uD83D")) {
      assertThatThrownBy(() -> PLAIN.withIdempotencyKey(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "idempotencyKey has half of a surrogate pair, which is no character: send whole ones");
    }
  }

  @Test
  void aLineOfABatchHasNoOtherKey() {
    TaskRequest line = PLAIN.withBatch(new BatchPlace("b", 1));
    TaskRequest keyed = PLAIN.withIdempotencyKey("k");
    String message = "a batch's line has its number as its key: leave idempotencyKey out";
    assertThatThrownBy(() -> line.withIdempotencyKey("k"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> keyed.withBatch(new BatchPlace("b", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThat(keyed.withBatch(new BatchPlace("b", 0)).idempotencyKey()).isEqualTo("k");
  }

  @Test
  void termsAreNeeded() {
    assertThatThrownBy(() -> PLAIN.with(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("terms");
  }
}
