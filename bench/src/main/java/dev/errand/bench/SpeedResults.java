package dev.errand.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What came of all turns; values are in the order of the turns. */
final class SpeedResults {

  private final Map<Contender, Map<SpeedCase, List<Tally>>> tallies =
      new EnumMap<>(Contender.class);
  private final Map<Contender, String> absent = new EnumMap<>(Contender.class);

  void add(Contender contender, SpeedCase of, Tally tally) {
    tallies
        .computeIfAbsent(contender, any -> new EnumMap<>(SpeedCase.class))
        .computeIfAbsent(of, any -> new ArrayList<>())
        .add(tally);
  }

  /** It has no figures, for that reason. */
  void absent(Contender contender, String why) {
    absent.put(contender, why);
    tallies.remove(contender);
  }

  /** Why it has no figures; null if it has. */
  String whyAbsent(Contender contender) {
    return absent.get(contender);
  }

  /** Whether there is a figure: in each turn some tasks have ended. */
  boolean has(Contender contender, SpeedCase of) {
    return wasRun(contender, of)
        && tallies.get(contender).get(of).stream().allMatch(tally -> tally.tasks() > 0);
  }

  /** Whether it was run, be it that no task ended while it was measured. */
  boolean wasRun(Contender contender, SpeedCase of) {
    return tallies.containsKey(contender) && tallies.get(contender).containsKey(of);
  }

  double[] values(Contender contender, SpeedCase of, ToDoubleFunction<Tally> value) {
    return tallies.get(contender).get(of).stream().mapToDouble(value).toArray();
  }

  /** The most tasks a second with that payload in each turn, whatever is in flight. */
  double[] best(Contender contender, Payload payload) {
    return tallies.get(contender).entrySet().stream()
        .filter(entry -> entry.getKey().payload() == payload)
        .map(entry -> values(contender, entry.getKey(), Tally::perSecond))
        .reduce(
            (one, other) -> {
              double[] most = new double[one.length];
              Arrays.setAll(most, turn -> Math.max(one[turn], other[turn]));
              return most;
            })
        .orElseThrow();
  }

  /** Each turn's value divided by the same turn's other one. */
  static double[] ratios(double[] values, double[] by) {
    double[] ratios = new double[values.length];
    Arrays.setAll(ratios, turn -> values[turn] / by[turn]);
    return ratios;
  }
}
