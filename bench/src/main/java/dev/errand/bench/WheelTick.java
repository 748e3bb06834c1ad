package dev.errand.bench;

import dev.errand.dispatcher.core.Deadlines;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A tick of the timing wheel while none of its deadlines is due. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 3)
@Fork(
    value = 3,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class WheelTick {

  /** Five minutes: it crosses slots of the second level a hundred times. */
  static final int TICKS = 30_000;

  /** Over which the deadlines are spread. */
  public enum Spread {
    MINUTES("5 minutes", 5),
    DAYS("7 days", 7 * 24 * 60);

    private final String text;
    private final int minutes;

    Spread(String text, int minutes) {
      this.text = text;
      this.minutes = minutes;
    }

    String text() {
      return text;
    }

    int minutes() {
      return minutes;
    }
  }

  @Param({"10000", "10000000"})
  public int deadlines;

  @Param public Spread spread;

  private Deadlines wheel;

  /** The first is due a minute behind the last tick: what is due soon lies in the lowest level. */
  @Setup(Level.Iteration)
  public void fill() {
    wheel = null;
    long from = TimeUnit.MINUTES.toMillis(6);
    wheel =
        new Deadlines(
            deadlines, from, from + TimeUnit.MINUTES.toMillis(spread.minutes), new Random(1));
  }

  @Benchmark
  @OperationsPerInvocation(TICKS)
  public long ticks() {
    for (int i = 0; i < TICKS; i++) {
      wheel.tick();
    }
    return wheel.fired();
  }
}
