package dev.errand.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.ref.Reference;

/**
 * Bytes of heap that a queued small task takes beyond its payload: a core takes a million of them
 * in, in frames of a hundred, and what it holds then is counted, the frames with it.
 */
final class HeapPerTask {

  private static final int TASKS = 1_000_000;
  private static final int IN_FLIGHT = 1_000;

  private HeapPerTask() {}

  /** Prints the figure. */
  public static void main(String[] args) {
    CoreLoad load =
        new CoreLoad(new CoreLoad.Shape(1, IN_FLIGHT, CoreLoad.TASKS, TASKS, true, true));
    new CoreLoad(new CoreLoad.Shape(1, IN_FLIGHT, CoreLoad.TASKS, CoreLoad.TASKS, true, true))
        .fill();
    long before = used();
    load.fill();
    long after = used();
    load.checkFilled();
    Reference.reachabilityFence(load);
    System.out.println((double) (after - before) / load.submitted() - LayoutProbe.PAYLOAD_BYTES);
  }

  /** What is left when collecting brings nothing more. */
  private static long used() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    long least = Long.MAX_VALUE;
    for (int quiet = 0; quiet < 3; quiet++) {
      System.gc();
      long now = memory.getHeapMemoryUsage().getUsed();
      if (now < least) {
        least = now;
        quiet = 0;
      }
    }
    return least;
  }
}
