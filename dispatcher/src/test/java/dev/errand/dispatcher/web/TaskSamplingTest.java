package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaskSamplingTest {

  private final TaskSampling sampling = new TaskSampling();

  /** Each of so many tasks changes so often within a second; gives those that are shown. */
  private Set<Long> second(int tasks, int changes) {
    Set<Long> shown = new HashSet<>();
    int events = 0;
    for (int change = 0; change < changes; change++) {
      for (long id = 1; id <= tasks; id++) {
        if (sampling.shows(id << 20, false)) {
          shown.add(id);
          events++;
        }
      }
    }
    sampling.second();
    assertThat(events).isLessThanOrEqualTo(TaskSampling.MOST_A_SECOND);
    return shown;
  }

  @Test
  void allIsShownIfItIsLittle() {
    assertThat(second(100, 3)).hasSize(100);
    assertThat(second(100, 3)).hasSize(100);
    assertThat(sampling.take()).isZero();
  }

  @Test
  void thereAreNeverMoreThanTheMostAndTheOthersAreCounted() {
    second(100_000, 3);
    assertThat(sampling.omitted()).isEqualTo(300_000 - TaskSampling.MOST_A_SECOND);
    assertThat(sampling.take()).isEqualTo(300_000 - TaskSampling.MOST_A_SECOND);
    assertThat(sampling.omitted()).isZero();
  }

  @Test
  void ofMostTasksThatAreShownAllIsShown() {
    second(100_000, 3);
    sampling.take();
    Set<Long> shown = second(100_000, 3);
    assertThat(shown.size()).isBetween(50, 140);
    assertThat(sampling.take()).isEqualTo(300_000 - 3L * shown.size());
  }

  @Test
  void allIsShownAgainWhenItGetsLess() {
    second(100_000, 3);
    for (int i = 0; i < 20; i++) {
      second(10, 1);
    }
    assertThat(second(100, 3)).hasSize(100);
  }

  @Test
  void whatWasSeenToBeginIsSeenToEnd() {
    Set<Long> begun = new HashSet<>();
    for (long id = 1_000_001; id <= 1_000_300; id++) {
      assertThat(sampling.shows(id << 20, true)).isTrue();
      begun.add(id);
    }
    second(100_000, 3);
    second(100_000, 3);
    for (long id : begun) {
      assertThat(sampling.shows(id << 20, false)).isTrue();
    }
  }

  @Test
  void noMoreBeginThanMayBeRemembered() {
    int shown = 0;
    for (long id = 1; id <= 20L * TaskSampling.MOST_BEGUN; id++) {
      shown += sampling.shows(id << 20, true) ? 1 : 0;
      if (id % 100 == 0) {
        sampling.second();
      }
    }
    assertThat(shown).isEqualTo(TaskSampling.MOST_BEGUN);
  }
}
