package dev.errand.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TaskIdTest {

  private static final long NOW = 1_785_000_000_000L;

  @Test
  void anIdTellsItsMillisecond() {
    long id = TaskId.next(0, NOW);
    assertThat(TaskId.millis(id)).isEqualTo(NOW);
    assertThat(TaskId.millis(TaskId.next(id, NOW))).isEqualTo(NOW);
    assertThat(TaskId.millis(TaskId.next(id, NOW + 1))).isEqualTo(NOW + 1);
  }

  @Test
  void idsGrowWhateverTheClockDoes() {
    Random random = new Random(3);
    long last = 0;
    long clock = NOW;
    for (int i = 0; i < 10_000; i++) {
      clock += random.nextInt(21) - 10 - (random.nextInt(1_000) == 0 ? 86_400_000 : 0);
      long next = TaskId.next(last, clock);
      assertThat(next).isGreaterThan(last);
      last = next;
    }
    assertThat(TaskId.next(last, -1)).isEqualTo(last + 1);
    assertThat(TaskId.next(last, 1L << 41)).isEqualTo(last + 1); // past September 2039
  }

  @Test
  void moreThanAMillisecondHoldsCountOnIntoTheNext() {
    long lastOfIt = TaskId.next(0, NOW + 1) - 1;
    assertThat(TaskId.millis(lastOfIt)).isEqualTo(NOW);
    assertThat(TaskId.next(lastOfIt, NOW)).isEqualTo(lastOfIt + 1);
  }

  @Test
  void aTextIsThirteenDigitsAndTheWayBack() {
    assertThat(TaskId.text(0)).isEqualTo("0000000000000");
    assertThat(TaskId.text(32)).isEqualTo("0000000000010");
    assertThat(TaskId.text(Long.MAX_VALUE)).isEqualTo("7zzzzzzzzzzzz");
    Random random = new Random(4);
    for (int i = 0; i < 10_000; i++) {
      long id = random.nextLong() >>> 1 + random.nextInt(62);
      assertThat(TaskId.parse(TaskId.text(id))).isEqualTo(id);
    }
    assertThat(TaskId.parse("7zzzzzzzzzzzz")).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void textsSortAsIdsDo() {
    Random random = new Random(5);
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      ids.add(random.nextLong() >>> 1 + random.nextInt(62));
    }
    Collections.sort(ids);
    assertThat(ids.stream().map(TaskId::text).toList()).isSorted();
  }

  @Test
  void whatIsNoIdIsNone() {
    assertThat(TaskId.parse(null)).isEqualTo(-1);
    for (String text :
        List.of(
            "",
            "6h0tdm71r000",
            "6h0tdm71r00000",
            "6H0TDM71R0000",
            "6h0tdm71r000i",
            "6h0tdm71r000l",
            "6h0tdm71r000o",
            "6h0tdm71r000u",
            "8000000000000",
            "zzzzzzzzzzzzz",
            "-000000000001",
            " 6h0tdm71r000",
            "6h0tdm71r00é0",
            "٠٠٠٠٠٠٠٠٠٠٠٠٠")) {
      assertThat(TaskId.parse(text)).as(text).isEqualTo(-1);
    }
  }
}
