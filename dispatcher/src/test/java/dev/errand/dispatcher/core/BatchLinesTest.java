package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a map. */
class BatchLinesTest {

  private final BatchLines lines = new BatchLines();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void eachLineIsTheTaskThatItWas(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<Long, Long> model = new HashMap<>();
    long id = 1_000;
    long line = 0;
    for (int step = 0; step < 3_000; step++) {
      id += random.nextInt(4) == 0 ? 1_000 : 1;
      line = random.nextInt(5) == 0 ? random.nextLong(500) : line + 1;
      if (random.nextInt(3) == 0) {
        lines.remove(line);
        model.remove(line);
      } else if (!model.containsKey(line)) {
        lines.put(line, id);
        model.put(line, id);
      }
    }
    for (long each = 0; each < 3_600; each++) {
      assertThat(lines.find(each)).isEqualTo(model.getOrDefault(each, 0L));
    }
  }

  @Test
  void linesThatFollowOneAnotherTakeNoRoom() {
    for (long line = 1; line <= 100_000; line++) {
      lines.put(line, 5_000_000 + line);
    }
    assertThat(lines.runs()).isEqualTo(1);
    assertThat(lines.find(77_777)).isEqualTo(5_077_777);
    for (long line = 1; line <= 100_000; line++) {
      lines.remove(line);
    }
    assertThat(lines.runs()).isZero();
  }
}
