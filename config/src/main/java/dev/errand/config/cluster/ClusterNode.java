package dev.errand.config.cluster;

import com.hazelcast.core.HazelcastInstance;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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
  private final Consumer<Throwable> onEnd;
  private final EventThread events = new EventThread(STUCK_NANOS);
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean leaving;

  /**
   * A node that has joined.
   *
   * @param clock ends with it
   * @param onEnd told once why the node can't go on as a member of its cluster
   */
  ClusterNode(
      HazelcastInstance instance,
      MissingPeers missing,
      ScheduledExecutorService clock,
      Consumer<Throwable> onEnd) {
    this.instance = instance;
    this.missing = missing;
    this.clock = clock;
    this.onEnd = onEnd;
    clock.scheduleWithFixedDelay(this::watch, 1, 1, TimeUnit.SECONDS);
  }

  private void watch() {
    if (events.isStuck()) {
      end("a change of the membership was not handled: start this node anew");
    } else if (!instance.getLifecycleService().isRunning()) {
      end(
          "the membership has ended by itself (out of open files, or of memory?): start this node"
              + " anew");
    }
  }

  private void end(String why) {
    end(new IllegalStateException(why));
  }

  /** The node can't go on. */
  void end(RuntimeException why) {
    if (!leaving && ended.compareAndSet(false, true)) {
      log.error("{}", why.getMessage());
      onEnd.accept(why);
    }
  }

  /** Whether the node is a member, and follows the changes of its membership. */
  boolean isAlive() {
    return !ended.get() && !events.isStuck() && instance.getLifecycleService().isRunning();
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
    leaving = true;
    missing.close();
    events.close();
    instance.shutdown();
    clock.shutdownNow();
  }
}
