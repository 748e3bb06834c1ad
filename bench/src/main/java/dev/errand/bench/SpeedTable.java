package dev.errand.bench;

import java.util.Arrays;
import java.util.Set;

/** Prints the speed of all systems, and what is asked of Errand. */
final class SpeedTable {

  private static final double NANOS_PER_MILLI = 1e6;

  private final SpeedResults results;
  private final Report report;

  SpeedTable(SpeedResults results, Report report) {
    this.results = results;
    this.report = report;
  }

  void print(Set<Contender> systems) {
    report.line(Speed.head(), null);
    for (Contender system : systems) {
      String why = results.whyAbsent(system);
      if (why != null) {
        report.line(Speed.absentRow(system, why), Speed.absentJson(system, why));
      } else {
        system.cases().stream()
            .filter(of -> results.wasRun(system, of))
            .forEach(of -> print(system, of));
      }
    }
    report.line("", null);
    report.line(Figure.head(), null);
    new SpeedGoals(results, report).print();
  }

  private void print(Contender system, SpeedCase of) {
    if (results.has(system, of)) {
      Speed speed = speed(system, of);
      report.line(speed.row(), speed.json());
    } else {
      String why = of.text() + ": no task ended while it was measured";
      report.line(Speed.absentRow(system, why), Speed.absentJson(system, why));
    }
  }

  private Speed speed(Contender system, SpeedCase of) {
    double[] perSecond = results.values(system, of, Tally::perSecond);
    return new Speed(
        system,
        of,
        Figure.of(of.text(), "tasks/s", perSecond),
        millis(of, results.values(system, of, Tally::p50)),
        millis(of, results.values(system, of, Tally::p99)),
        ratio(system, of, perSecond));
  }

  private static Figure millis(SpeedCase of, double[] nanos) {
    return Figure.of(
        of.text(), "ms", Arrays.stream(nanos).map(each -> each / NANOS_PER_MILLI).toArray());
  }

  /** Errand's figure in the same case, or with 1,000 in flight. */
  private Figure ratio(Contender system, SpeedCase of, double[] perSecond) {
    Contender errand = system.reference();
    if (errand == system) {
      return null;
    }
    SpeedCase same = results.has(errand, of) ? of : of.usual();
    if (!results.has(errand, same)) {
      return null;
    }
    double[] errands = results.values(errand, same, Tally::perSecond);
    return Figure.of(of.text(), "times", SpeedResults.ratios(errands, perSecond));
  }
}
