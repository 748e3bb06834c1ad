package dev.errand.config.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.LifecycleEvent;
import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.time.Duration;

/** Vert.x's cluster manager on an instance that is ours, and that ends with it. */
final class NodeClusterManager extends HazelcastClusterManager {

  private static final Duration ADDRESSES_LIMIT = Duration.ofSeconds(5);

  /** Hazelcast itself gives the others ten seconds to take over what this node has. */
  private static final Duration LEAVE_LIMIT = Duration.ofSeconds(15);

  private final ClusterNode node;
  private volatile Vertx vertx;

  NodeClusterManager(ClusterNode node) {
    super(node.instance());
    this.node = node;
  }

  @Override
  public void init(Vertx vertx) {
    super.init(vertx);
    this.vertx = vertx;
  }

  ClusterNode node() {
    return node;
  }

  @Override
  public void memberAdded(MembershipEvent event) {
    node.events().handle(() -> super.memberAdded(event));
  }

  @Override
  public void memberRemoved(MembershipEvent event) {
    node.events().handle(() -> super.memberRemoved(event));
  }

  @Override
  public void stateChanged(LifecycleEvent event) {
    node.events().handle(() -> super.stateChanged(event));
  }

  @Override
  public void leave(Completable<Void> promise) {
    Promise<Void> left = Promise.promise();
    super.leave(left);
    Context context = vertx.getOrCreateContext();
    LastStep.within(context, ADDRESSES_LIMIT, "taking back this node's addresses", left.future())
        .transform(
            any ->
                LastStep.within(
                    context,
                    LEAVE_LIMIT,
                    "leaving the cluster",
                    vertx.<Void>executeBlocking(
                        () -> {
                          node.leave();
                          return null;
                        })))
        .onComplete(promise);
  }
}
