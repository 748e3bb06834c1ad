package dev.errand.config.cluster;

import com.hazelcast.core.HazelcastInstance;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node has as a member of its cluster, for as long as it is one. */
final class ClusterNode {

  private static final Logger log = LoggerFactory.getLogger(ClusterNode.class);

  /** A membership event that takes longer will not end any more. */
  private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final HazelcastInstance instance;
  private final MissingPeers missing;
  private final ScheduledExecutorService clock;
  private final EventThread events = new EventThread(STUCK_NANOS);

  /**
   * A node that has joined.
   *
   * @param clock ends with it
   * @param onStuck told once if the node can't follow its membership any more
   */
  ClusterNode(
      HazelcastInstance instance,
      MissingPeers missing,
      ScheduledExecutorService clock,
      Runnable onStuck) {
    this.instance = instance;
    this.missing = missing;
    this.clock = clock;
    clock.scheduleWithFixedDelay(() -> watch(onStuck), 1, 1, TimeUnit.SECONDS);
  }

  private void watch(Runnable onStuck) {
    if (events.isStuck()) {
      log.error("a change of the membership was not handled within 30 s: start this node anew");
      onStuck.run();
      // Said once: an exception ends the schedule.
      throw new IllegalStateException("stuck");
    }
  }

  HazelcastInstance instance() {
    return instance;
  }

  MissingPeers missing() {
    return missing;
  }

  EventThread events() {
    return events;
  }

  /** Leaves the cluster. Blocks. */
  void leave() {
    missing.close();
    events.close();
    instance.shutdown();
    clock.shutdownNow();
  }
}
