package dev.errand.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Tasks a second from their submission to their outcome, through the dispatcher's core alone. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch"})
public class CoreRound {

  @Param({"1", "10", "100", "1000"})
  public int workers;

  /** Tasks that run at any time, on all workers. */
  @Param({"1000", "20000"})
  public int inFlight;

  @Param({"1000", "10000", "100000", "1000000"})
  public int backlog;

  /** Outcomes in a worker's frame. */
  @Param({"100", "10", "1"})
  public int perFrame;

  /** Whether each task passes through the backlog; else that stays as it is. */
  @Param({"false", "true"})
  public boolean passing;

  @Param({"true", "false"})
  public boolean checked;

  private CoreLoad load;
  private CoreLoad peers;

  @Setup
  public void fill() {
    load = new CoreLoad(new CoreLoad.Shape(workers, inFlight, perFrame, backlog, passing, checked));
    load.fill();
    load.open();
    peers = new CoreLoad(new CoreLoad.Shape(workers, inFlight, perFrame, 0, passing, checked));
    peers.fill();
    peers.open();
  }

  @Benchmark
  @OperationsPerInvocation(CoreLoad.TASKS)
  public void round() {
    load.turn();
  }

  /** The share of the peers in {@link #round}: the rest is the core's. */
  @Benchmark
  @OperationsPerInvocation(CoreLoad.TASKS)
  public long peers() {
    return peers.peersTurn();
  }

  @TearDown
  public void check() {
    load.check();
  }
}
