package dev.errand.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The simulation finds mistakes: each that is planted here, and each invariant finds some. */
class PlantedMistakesTest {

  private static final long FIRST_SEED = 1_000_001;
  private static final int MOST_SEEDS = 1_000;

  /**
   * What became of a mistake.
   *
   * @param by the invariant that found it, or what was thrown; null if nothing did
   */
  private record Find(Mistake mistake, String by, long seed) {

    @Override
    public String toString() {
      return "%-45s %s"
          .formatted(
              mistake.name(),
              by == null ? "NOT FOUND" : by + ", seed number " + (seed - FIRST_SEED + 1));
    }
  }

  @Test
  void eachMistakeIsFound() throws Exception {
    List<Find> finds = searchAll(Mistakes.ALL);
    finds.forEach(System.out::println);
    assertThat(finds).as("found").allMatch(find -> find.by != null);
    Set<Invariant> tripped = EnumSet.noneOf(Invariant.class);
    for (Invariant invariant : Invariant.values()) {
      if (finds.stream().anyMatch(find -> invariant.name().equals(find.by))) {
        tripped.add(invariant);
      }
    }
    assertThat(tripped).as("each finds something").isEqualTo(EnumSet.allOf(Invariant.class));
  }

  private static List<Find> searchAll(List<Mistake> mistakes) throws Exception {
    ExecutorService executor =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      Stream<Future<Find>> searches =
          mistakes.stream()
              .map(mistake -> executor.submit(() -> search(mistake)))
              .toList()
              .stream();
      List<Find> finds = new ArrayList<>();
      for (Future<Find> search : searches.toList()) {
        finds.add(search.get());
      }
      return finds;
    } finally {
      executor.shutdownNow();
    }
  }

  private static Find search(Mistake mistake) throws Exception {
    LongFunction<String> trial = new Mutant(mistake).trial();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + MOST_SEEDS; seed++) {
      String by = trial.apply(seed);
      if (by != null) {
        return new Find(mistake, by, seed);
      }
    }
    return new Find(mistake, null, 0);
  }
}
