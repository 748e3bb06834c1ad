package dev.errand.bench;

import java.util.Collection;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs one method of a benchmark in a JVM of its own. */
final class Forks {

  private Forks() {}

  /**
   * Runs it.
   *
   * @param method of the benchmark
   * @param params its parameters
   * @return processor time of the measured thread per operation, in nanoseconds
   */
  static double cpuNanos(Class<?> benchmark, String method, Map<String, String> params) {
    return run(benchmark, method, params).getSecondaryResults().get(CpuClock.LABEL).getScore();
  }

  /**
   * Runs one that measures time.
   *
   * @return as the benchmark has it, by the clock on the wall
   */
  static double time(Class<?> benchmark, String method, Map<String, String> params) {
    return run(benchmark, method, params).getPrimaryResult().getScore();
  }

  private static RunResult run(Class<?> benchmark, String method, Map<String, String> params) {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(benchmark.getName() + "\\." + method + "$")
            .forks(1)
            .addProfiler(CpuClock.class)
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true);
    params.forEach(options::param);
    try {
      Collection<RunResult> results = new Runner(options.build()).run();
      return results.iterator().next();
    } catch (RunnerException e) {
      throw new IllegalStateException(e);
    }
  }
}
