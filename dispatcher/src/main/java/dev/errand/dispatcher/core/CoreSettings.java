package dev.errand.dispatcher.core;

/**
 * What the core is told at its start. All times in milliseconds, sizes in bytes.
 *
 * @param cluster the cluster's name in four bytes
 * @param storeId of the store whose tasks these are
 * @param epoch this life of the dispatcher on that store, from 1 to 2^22
 * @param limits of payloads, results and queues
 * @param defaults for tasks that ask for nothing
 * @param timings of links and leases
 * @param window of what waits, that which is in memory
 */
public record CoreSettings(
    int cluster,
    long storeId,
    int epoch,
    Limits limits,
    Defaults defaults,
    Timings timings,
    Window window) {

  /** All that waits is in memory. */
  public CoreSettings(
      int cluster, long storeId, int epoch, Limits limits, Defaults defaults, Timings timings) {
    this(cluster, storeId, epoch, limits, defaults, timings, Window.ALL);
  }

  /**
   * How much of what waits is in memory, where the store has the rest.
   *
   * @param tasks of each line
   * @param bytes of all of them; a few of each line are in memory even so
   * @param mostBytes of all tasks in memory, the running ones and those that wait for a time too:
   *     beyond, tasks are refused
   */
  public record Window(int tasks, long bytes, long mostBytes) {

    /** For a store that has none of it. */
    public static final Window ALL = new Window(Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /**
   * What is refused beyond.
   *
   * @param payload of a task
   * @param result of an attempt
   * @param queued tasks that have not ended
   * @param queuedBytes that these take
   */
  public record Limits(int payload, int result, long queued, long queuedBytes) {}

  /** For tasks that ask for nothing: per attempt; how often; the first pause before a retry. */
  public record Defaults(long timeout, int maxAttempts, long backoff) {}

  /**
   * Timings of links and leases.
   *
   * @param heartbeat between two heartbeats of a peer
   * @param loss without a heartbeat, after which a worker is lost
   * @param grace for a worker to report a timeout itself, before the dispatcher decides
   * @param clientMemory for which a silent client's submissions are remembered
   */
  public record Timings(int heartbeat, int loss, int grace, long clientMemory) {

    /** 1 s, three missed, 5 s, 10 minutes. */
    public static final Timings USUAL = new Timings(1_000, 3_000, 5_000, 600_000);
  }
}
