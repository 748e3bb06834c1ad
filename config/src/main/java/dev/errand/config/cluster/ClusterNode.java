package dev.errand.config.cluster;

import com.hazelcast.core.HazelcastInstance;
import dev.errand.config.security.RefusalLog;
import java.time.Instant;
import java.util.List;
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
  private final Safety safety;
  private final ScheduledExecutorService clock;
  private final Ends ends;
  private final EventThread events = new EventThread(STUCK_NANOS);
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean leaving;

  /**
   * What keeps strangers out.
   *
   * @param certificateEnd when the node's certificate ends
   * @param refusals who was refused at its ports
   */
  record Safety(Instant certificateEnd, List<RefusalLog> refusals) {}

  /**
   * Who acts when the node ends.
   *
   * @param onEnd told once why the node can't go on as a member of its cluster
   * @param onDone run when the node has done what it was there for
   */
  record Ends(Consumer<Throwable> onEnd, Runnable onDone) {}

  /**
   * A node that has joined.
   *
   * @param clock ends with it
   */
  ClusterNode(
      HazelcastInstance instance,
      MissingPeers missing,
      Safety safety,
      ScheduledExecutorService clock,
      Ends ends) {
    this.instance = instance;
    this.missing = missing;
    this.safety = safety;
    this.clock = clock;
    this.ends = ends;
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
      ends.onEnd.accept(why);
    }
  }

  /** The node has done what it was there for. */
  void done() {
    ends.onDone.run();
  }

  /** Whether the node is a member, and follows the changes of its membership. */
  boolean isAlive() {
    return !ended.get() && !events.isStuck() && instance.getLifecycleService().isRunning();
  }

  HazelcastInstance instance() {
    return instance;
  }

  Safety safety() {
    return safety;
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
