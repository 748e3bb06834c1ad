package dev.errand.dispatcher.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.dispatcher.core.TypeView;
import org.junit.jupiter.api.Test;

class DemandTest {

  private static final TypeView.Capacity TWO_WITH_FOUR = new TypeView.Capacity(3, 2, 8, 0);

  private static Demand demand(
      long queued, int running, TypeView.Capacity capacity, boolean paused, int limit) {
    return Demand.of(
        new TypeView(
            "square",
            queued,
            running,
            0,
            0,
            capacity,
            TypeView.Unserved.NONE,
            new TypeSettings("square", paused, limit, 1)));
  }

  @Test
  void whatRunsAndWaitsIsSharedByTheSlotsOfAWorker() {
    assertThat(demand(13, 8, TWO_WITH_FOUR, false, 0))
        .isEqualTo(new Demand("square", 21, 8, 2, 8, 6));
    assertThat(demand(0, 0, TWO_WITH_FOUR, false, 0).workersWanted()).isZero();
    assertThat(demand(0, 4, TWO_WITH_FOUR, false, 0).workersWanted()).isOne();
    assertThat(demand(0, 5, TWO_WITH_FOUR, false, 0).workersWanted()).isEqualTo(2);
  }

  @Test
  void unequalWorkersCountByTheirMean() {
    TypeView.Capacity three = new TypeView.Capacity(2, 2, 3, 0);
    assertThat(demand(3, 0, three, false, 0).workersWanted()).isEqualTo(2);
    assertThat(demand(4, 0, three, false, 0).workersWanted()).isEqualTo(3);
  }

  @Test
  void withoutAWorkerToGoByOneIsWantedIfAnythingWaits() {
    assertThat(demand(1_000, 0, TypeView.Capacity.NONE, false, 0).workersWanted()).isOne();
    assertThat(demand(0, 0, TypeView.Capacity.NONE, false, 0).workersWanted()).isZero();
  }

  @Test
  void whatMayNotBeginNeedsNoWorker() {
    assertThat(demand(100, 3, TWO_WITH_FOUR, true, 0).backlog()).isEqualTo(3);
    assertThat(demand(100, 3, TWO_WITH_FOUR, false, 10).backlog()).isEqualTo(10);
    assertThat(demand(100, 30, TWO_WITH_FOUR, false, 10).backlog()).isEqualTo(30);
    assertThat(demand(2, 3, TWO_WITH_FOUR, false, 10).backlog()).isEqualTo(5);
  }
}
