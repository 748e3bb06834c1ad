package dev.errand.config.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import dev.errand.config.security.ClusterAuthority;
import dev.errand.config.security.NodeCertificate;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Makes a node a member of the secured cluster. One object is one try: wait for a peer, become a
 * member, build the Vertx. {@link #join} does it all.
 */
public final class SecureCluster {

  private final ClusterSettings settings;
  private final String role;
  private final PeerSearch search = new PeerSearch();
  private final String nodeId = UUID.randomUUID().toString();
  private HazelcastInstance instance;

  /**
   * A try to become a member.
   *
   * @param role such as {@code dispatcher}; the others see it
   */
  public SecureCluster(ClusterSettings settings, String role) {
    this.settings = settings;
    this.role = role;
  }

  /**
   * Joins the cluster: for programs that build their own main. Waits for a peer as long as it
   * takes.
   *
   * @return the node's Vertx; its {@code close} leaves the cluster. Fails with {@link
   *     AddressInUseException} if a port is taken
   */
  public static Future<Vertx> join(ClusterSettings settings, String role) {
    SecureCluster cluster = new SecureCluster(settings, role);
    Promise<Vertx> joined = Promise.promise();
    Thread thread = new Thread(() -> cluster.join(joined), "errand-join");
    thread.setDaemon(true);
    thread.start();
    return joined.future();
  }

  private void join(Promise<Vertx> joined) {
    try {
      VertxOptions options = new VertxOptions();
      VertxBuilder builder = builder(options);
      seal(options);
      builder
          .buildClustered()
          .recover(failure -> Future.failedFuture(failed(failure)))
          .onComplete(joined);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      joined.fail(e);
    } catch (RuntimeException e) {
      joined.fail(e);
    }
  }

  /**
   * Waits for a peer if there is one to wait for, becomes a member, and gives a builder whose Vertx
   * is that member. Blocks.
   *
   * @param options of the Vertx; to be given to {@link #seal} before it is built
   * @throws AddressInUseException if the membership's port is taken
   * @throws InterruptedException if {@link #giveUp} was called meanwhile
   */
  public VertxBuilder builder(VertxOptions options) throws InterruptedException {
    Optional<RememberedMembers> remembered = RememberedMembers.of(settings);
    List<PeerAddress> peers = new ArrayList<>(settings.peers());
    if (peers.isEmpty()) {
      remembered.ifPresent(members -> peers.addAll(members.read()));
    } else if (!search.await(peers)) {
      throw new InterruptedException("gave up waiting for a peer");
    }
    // What Hazelcast says before it has read its configuration.
    System.setProperty("hazelcast.logging.type", "slf4j");
    Config config = MembershipConfig.of(settings, role, nodeId, peers);
    try {
      instance = Hazelcast.newHazelcastInstance(config);
    } catch (RuntimeException e) {
      throw taken(e, settings.memberPort(), "cluster.memberPort");
    }
    if (settings.peers().isEmpty()) {
      remembered.ifPresent(this::remember);
    }
    return Vertx.builder().with(options).withClusterManager(new NodeClusterManager(instance));
  }

  /**
   * Sets what secures the bus over whatever was set before: to be called last.
   *
   * @param options that were given to {@link #builder}
   */
  public void seal(VertxOptions options) {
    NodeCertificate certificate =
        ClusterAuthority.of(settings.authKey(), settings.name()).issue(nodeId);
    options.setEventBusOptions(BusTls.options(settings, certificate));
    options.setHAEnabled(false);
  }

  /**
   * To be called when the Vertx could not be built: leaves the membership.
   *
   * @return the failure in words that name the cure, where it is known
   */
  public RuntimeException failed(Throwable failure) {
    if (instance != null) {
      instance.getLifecycleService().terminate();
    }
    return taken(failure, settings.busPort(), "cluster.busPort");
  }

  /** Ends a wait for peers; the waiting thread gets an InterruptedException. */
  public void giveUp() {
    search.giveUp();
  }

  private RuntimeException taken(Throwable failure, int port, String key) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException
          || String.valueOf(cause.getMessage()).contains("Address already in use")) {
        return new AddressInUseException(settings.host(), port, key, failure);
      }
    }
    return failure instanceof RuntimeException known
        ? known
        : new IllegalStateException(failure.getMessage(), failure);
  }

  private void remember(RememberedMembers members) {
    ExecutorService writer =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "errand-remember");
              thread.setDaemon(true);
              return thread;
            });
    String own = settings.host() + ":" + settings.memberPort();
    Runnable write =
        () ->
            members.write(
                instance.getCluster().getMembers().stream()
                    .map(member -> member.getAddress())
                    .map(at -> new PeerAddress(at.getHost(), at.getPort()).text())
                    .filter(address -> !address.equals(own))
                    .toList());
    instance
        .getCluster()
        .addMembershipListener(
            new MembershipListener() {
              @Override
              public void memberAdded(MembershipEvent event) {
                writer.execute(write);
              }

              @Override
              public void memberRemoved(MembershipEvent event) {
                // Who left may have been killed with this node's other peers: it stays a hint.
              }
            });
    writer.execute(write);
  }
}
