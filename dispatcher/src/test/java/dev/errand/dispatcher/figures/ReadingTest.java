package dev.errand.dispatcher.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.Snapshot;
import dev.errand.dispatcher.core.Counters;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.dispatcher.core.TypeView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadingTest {

  private final List<TypeView> types = new ArrayList<>();
  private final Map<String, TypeFigures> figures = new HashMap<>();

  private void type(String name, long queued, int running, long oldestMillis, double ended) {
    types.add(
        new TypeView(
            name,
            queued,
            running,
            0,
            oldestMillis,
            TypeView.Capacity.NONE,
            TypeView.Unserved.NONE,
            new TypeSettings(name, false, 0, 0)));
    figures.put(name, new TypeFigures(Rates.NONE, new Rates(0, ended, 0), 0, 0, Latencies.NONE, 0));
  }

  private List<String> busiest(int most) {
    Snapshot snapshot =
        new Snapshot(
            new Ledger(0, 0, 0, 0, 0, 0, 0),
            types,
            List.of(),
            0,
            new Counters(0, 0, 0),
            Snapshot.Store.WELL);
    Reading reading =
        new Reading(
            1, 0, snapshot, NodeState.ALONE, figures, TypeFigures.NONE, Map.of(), List.of());
    return reading.busiest(most).stream().map(TypeView::type).toList();
  }

  @Test
  void whatWaitsOrRunsGoesBeforeWhatDidLatelyAndThatBeforeTheRest() {
    type("idle", 0, 0, 0, 0);
    type("seldom", 0, 0, 0, 0.1);
    type("often", 0, 0, 0, 900);
    type("runs", 0, 1, 0, 0);
    type("waits", 1, 0, 5, 0);
    type("waits longer", 1, 0, 9, 0);
    assertThat(busiest(5)).containsExactly("waits longer", "waits", "runs", "often", "seldom");
  }

  @Test
  void ifThereIsRoomForAllTheyStayInTheirOrder() {
    type("idle", 0, 0, 0, 0);
    type("runs", 0, 1, 0, 0);
    assertThat(busiest(2)).containsExactly("idle", "runs");
  }
}
