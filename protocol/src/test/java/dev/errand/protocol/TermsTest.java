package dev.errand.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TermsTest {

  private static final long MONTH = Duration.ofDays(30).toMillis();
  private static final long DECADE = Duration.ofDays(3_650).toMillis();

  private static final Map<String, BiFunction<Terms, Duration, Terms>> TIMES =
      Map.of(
          "timeout", Terms::withTimeout,
          "backoff", Terms::withBackoff,
          "delay", Terms::withDelay,
          "expiresIn", Terms::withExpiresIn);

  private static void refused(String message, ThrowingCallable what) {
    assertThatThrownBy(what).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  private static Duration most(String time) {
    return time.equals("timeout") || time.equals("backoff") ? Terms.MAX_DURATION : Terms.MAX_WAIT;
  }

  @Test
  void whoAsksForNothingHasTheUsualPriority() {
    assertThat(Terms.NONE).isEqualTo(new Terms(0, 0, 0, 4, 0, 0, Map.of()));
  }

  @Test
  void eachChangeIsACopyThatKeepsTheRest() {
    Terms full =
        Terms.NONE
            .withTimeout(Duration.ofMillis(1))
            .withMaxAttempts(2)
            .withBackoff(Duration.ofMillis(3))
            .withPriority(9)
            .withDelay(Duration.ofMillis(5))
            .withExpiresIn(Duration.ofMillis(6))
            .withRequire(Map.of("gpu", "a100"));
    assertThat(full).isEqualTo(new Terms(1, 2, 3, 9, 5, 6, Map.of("gpu", "a100")));
    assertThat(
            full.withTimeout(null)
                .withMaxAttempts(0)
                .withBackoff(null)
                .withPriority(4)
                .withDelay(null)
                .withExpiresIn(null)
                .withRequire(Map.of()))
        .isEqualTo(Terms.NONE);
  }

  @Test
  void timesHaveTheirBounds() {
    TIMES.forEach(
        (name, with) -> {
          Duration most = most(name);
          for (Duration fine : List.of(Duration.ofMillis(1), most)) {
            assertThat(with.apply(Terms.NONE, fine)).isNotEqualTo(Terms.NONE);
          }
          for (Duration bad :
              List.of(
                  Duration.ZERO,
                  Duration.ofNanos(999_999),
                  Duration.ofMillis(-1),
                  most.plusNanos(1),
                  Duration.ofSeconds(Long.MAX_VALUE),
                  Duration.ofSeconds(Long.MIN_VALUE))) {
            refused(
                name + " " + bad + " must be 1 ms to " + most.toDays() + " days",
                () -> with.apply(Terms.NONE, bad));
          }
        });
  }

  @Test
  void millisecondsHaveTheSameBounds() {
    Map<String, LongFunction<Terms>> made =
        Map.of(
            "timeout", millis -> new Terms(millis, 0, 0, 4, 0, 0, Map.of()),
            "backoff", millis -> new Terms(0, 0, millis, 4, 0, 0, Map.of()),
            "delay", millis -> new Terms(0, 0, 0, 4, millis, 0, Map.of()),
            "expiresIn", millis -> new Terms(0, 0, 0, 4, 0, millis, Map.of()));
    assertThat(new Terms(MONTH, 0, MONTH, 4, DECADE, DECADE, Map.of()).delay()).isEqualTo(DECADE);
    made.forEach(
        (name, make) -> {
          long most = most(name).toMillis();
          for (long bad : new long[] {-1, most + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            refused(
                name + " " + bad + " ms must be 1 ms to " + most(name).toDays() + " days",
                () -> make.apply(bad));
          }
        });
  }

  @Test
  void numbersHaveTheirBounds() {
    for (int fine : new int[] {0, 9}) {
      assertThat(Terms.NONE.withPriority(fine).priority()).isEqualTo(fine);
    }
    for (int bad : new int[] {-1, 10, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      refused("priority " + bad + " must be 0 to 9", () -> Terms.NONE.withPriority(bad));
    }
    for (int bad : new int[] {-1, 1_001, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      refused("maxAttempts " + bad + " must be 1 to 1000", () -> Terms.NONE.withMaxAttempts(bad));
    }
  }

  @Test
  void labelsAreWordsWithSomeMarksInside() {
    String longest = "a".repeat(63);
    for (String fine : List.of("a", "0", "a.b", "a_b", "a/b", "a-b", "nvidia.com/gpu", longest)) {
      assertThat(Terms.NONE.withRequire(Map.of(fine, fine)).require()).containsEntry(fine, fine);
    }
    for (String bad :
        List.of("", " ", "-a", "a-", ".", "a b", "ü", "a\n", "a\uD83D", "a=b", longest + "a")) {
      for (Map<String, String> labels : List.of(Map.of(bad, "fine"), Map.of("fine", bad))) {
        Map.Entry<String, String> label = labels.entrySet().iterator().next();
        refused(
            "require: '"
                + label.getKey()
                + "' and '"
                + label.getValue()
                + "' must match "
                + Terms.LABEL_PATTERN,
            () -> Terms.NONE.withRequire(labels));
      }
    }
  }

  @Test
  void aLabelWithoutANameOrAValueIsRefused() {
    Map<String, String> noValue = new HashMap<>();
    noValue.put("gpu", null);
    Map<String, String> noName = new HashMap<>();
    noName.put(null, "a100");
    refused(
        "labels: 'gpu' and 'null' must match " + Terms.LABEL_PATTERN,
        () -> Terms.labels("labels", noValue));
    refused(
        "labels: 'null' and 'a100' must match " + Terms.LABEL_PATTERN,
        () -> Terms.labels("labels", noName));
  }

  @Test
  void thereAreAtMostSixteenLabels() {
    Map<String, String> labels = new HashMap<>();
    for (int i = 0; i < 16; i++) {
      labels.put("label-" + i, "x");
    }
    assertThat(Terms.NONE.withRequire(labels).require()).hasSize(16);
    labels.put("one-more", "x");
    refused(
        "require has 17 labels, there may be 16",
        () -> new Terms(0, 0, 0, 4, 0, 0, Map.copyOf(labels)));
  }

  @Test
  void labelsAreInTheOrderOfTheirNames() {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String name : List.of("zone", "gpu", "arch")) {
      labels.put(name, "x");
    }
    assertThat(new ArrayList<>(Terms.labels("labels", labels).keySet()))
        .containsExactly("arch", "gpu", "zone");
  }

  @Test
  void labelsStayAsTheyWereChecked() {
    for (Map<String, String> first : List.of(Map.<String, String>of(), Map.of("gpu", "a100"))) {
      Map<String, String> labels = new HashMap<>(first);
      Terms terms = new Terms(0, 0, 0, 4, 0, 0, labels);
      labels.put("no label", "at all");
      assertThat(terms.require()).isEqualTo(first);
      assertThatThrownBy(() -> terms.require().put("a", "b"))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }
}
