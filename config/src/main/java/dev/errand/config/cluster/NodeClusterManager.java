package dev.errand.config.cluster;

import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Completable;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;

/** Vert.x's cluster manager on an instance that is ours, and that ends with it. */
final class NodeClusterManager extends HazelcastClusterManager {

  private final HazelcastInstance instance;
  private volatile Vertx vertx;

  NodeClusterManager(HazelcastInstance instance) {
    super(instance);
    this.instance = instance;
  }

  @Override
  public void init(Vertx vertx) {
    super.init(vertx);
    this.vertx = vertx;
  }

  HazelcastInstance instance() {
    return instance;
  }

  @Override
  public void leave(Completable<Void> promise) {
    Promise<Void> left = Promise.promise();
    super.leave(left);
    left.future()
        .transform(
            any ->
                vertx.<Void>executeBlocking(
                    () -> {
                      instance.shutdown();
                      return null;
                    }))
        .onComplete(promise);
  }
}
