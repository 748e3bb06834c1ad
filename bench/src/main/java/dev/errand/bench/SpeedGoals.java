package dev.errand.bench;

import static dev.errand.bench.Contender.ERRAND_DISK;
import static dev.errand.bench.Contender.ERRAND_MEMORY;
import static dev.errand.bench.Contender.VERTX_REQUEST;

import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What is asked of Errand's speed beside that of its peers; prints whether it is met. */
final class SpeedGoals {

  private static final double LEAST_OF_RECORDED = 0.7;

  private final SpeedResults results;
  private final Report report;

  SpeedGoals(SpeedResults results, Report report) {
    this.results = results;
    this.report = report;
  }

  void print() {
    best(12, ERRAND_MEMORY, SpeedCase.THOUSAND);
    best(12, ERRAND_MEMORY, SpeedCase.TEN_THOUSAND);
    usual(80, ERRAND_MEMORY, Contender.PYTHON_MANAGER);
    usual(1, ERRAND_MEMORY, Contender.HAZELCAST_EXECUTOR_TUNED);
    usual(1, ERRAND_MEMORY, Contender.NATS);
    best(5, ERRAND_DISK, SpeedCase.THOUSAND);
    best(8, ERRAND_DISK, SpeedCase.TEN_THOUSAND);
    usual(8, ERRAND_DISK, Contender.NATS_JETSTREAM_FILE);
    best(2, ERRAND_MEMORY, SpeedCase.KIB_THOUSAND);
    best(2, ERRAND_DISK, SpeedCase.KIB_THOUSAND);
    aim(1_500_000, ERRAND_MEMORY);
    aim(1_000_000, ERRAND_DISK);
    latency(2.5, "p50", Tally::p50);
    latency(3, "p99", Tally::p99);
  }

  /**
   * Compares with what was recorded, and prints it: of all turns the fastest, for what else a
   * machine does makes a turn slower, and a mistake all of them.
   *
   * @param recorded ratios to the best plain requests, by Errand's system and the case
   * @return whether none has fallen under {@value #LEAST_OF_RECORDED} of it, or is missing
   */
  boolean holds(JsonObject recorded) {
    boolean holds = true;
    for (Contender errand : List.of(ERRAND_MEMORY, ERRAND_DISK)) {
      JsonObject cases = recorded.getJsonObject(errand.toString(), new JsonObject());
      for (SpeedCase of : SpeedCase.values()) {
        Double ratio = cases.getDouble(of.text());
        if (ratio != null) {
          holds &= fastest(ratio * LEAST_OF_RECORDED, errand, of);
        }
      }
    }
    return holds;
  }

  /** Plain requests with as many in flight as suits them best. */
  private void best(double least, Contender errand, SpeedCase of) {
    if (results.has(errand, of) && results.has(VERTX_REQUEST, of)) {
      atLeast(least, toBest(errand, of), errand, of, results.best(VERTX_REQUEST, of.payload()));
    }
  }

  private static String toBest(Contender errand, SpeedCase of) {
    return errand + " / best " + VERTX_REQUEST + ", " + of.text();
  }

  /** Whether it is known and met. */
  private boolean fastest(double least, Contender errand, SpeedCase of) {
    if (!results.has(errand, of) || !results.has(VERTX_REQUEST, of)) {
      return false;
    }
    double ours = most(results.values(errand, of, Tally::perSecond));
    double plain = most(results.best(VERTX_REQUEST, of.payload()));
    Goal goal =
        Goal.atLeast(
            least, Figure.of("recorded, fastest " + toBest(errand, of), "times", ours / plain));
    report.print(goal);
    return goal.met();
  }

  private static double most(double[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }

  /** With 1,000 in flight in both. */
  private void usual(double least, Contender errand, Contender peer) {
    SpeedCase of = SpeedCase.THOUSAND;
    if (results.has(errand, of) && results.has(peer, of)) {
      String what = errand + " / " + peer + ", " + of.text();
      atLeast(least, what, errand, of, results.values(peer, of, Tally::perSecond));
    }
  }

  private void atLeast(double least, String what, Contender errand, SpeedCase of, double[] peers) {
    double[] errands = results.values(errand, of, Tally::perSecond);
    report.print(
        Goal.atLeast(least, Figure.of(what, "times", SpeedResults.ratios(errands, peers))));
  }

  private void aim(double least, Contender errand) {
    if (results.has(errand, SpeedCase.THOUSAND)) {
      double[] most = results.best(errand, Payload.SQUARE);
      report.print(
          Goal.atLeast(least, Figure.of("aim, best " + errand + ", 20 B", "tasks/s", most)));
    }
  }

  private void latency(double most, String what, ToDoubleFunction<Tally> value) {
    if (results.has(ERRAND_MEMORY, SpeedCase.ONE) && results.has(VERTX_REQUEST, SpeedCase.ONE)) {
      double[] errands = results.values(ERRAND_MEMORY, SpeedCase.ONE, value);
      double[] plain = results.values(VERTX_REQUEST, SpeedCase.ONE, value);
      String text = ERRAND_MEMORY + " / " + VERTX_REQUEST + ", " + SpeedCase.ONE.text();
      report.print(
          Goal.atMost(
              most, Figure.of(text + ", " + what, "times", SpeedResults.ratios(errands, plain))));
    }
  }
}
