package dev.errand.bench;

import static dev.errand.bench.Contender.ERRAND_DISK;
import static dev.errand.bench.Contender.ERRAND_MEMORY;
import static dev.errand.bench.Contender.VERTX_REQUEST;

import java.util.function.ToDoubleFunction;

/** What is asked of Errand's speed beside that of its peers; prints whether it is met. */
final class SpeedGoals {

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

  /** Plain requests with as many in flight as suits them best. */
  private void best(double least, Contender errand, SpeedCase of) {
    if (results.has(errand, of) && results.has(VERTX_REQUEST, of)) {
      double[] best = results.best(VERTX_REQUEST, of.payload());
      String what = errand + " / best " + VERTX_REQUEST + ", " + of.text();
      atLeast(least, what, errand, of, best);
    }
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
