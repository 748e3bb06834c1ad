package dev.errand.config.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import dev.errand.config.membertls.MemberProbe;
import dev.errand.config.membertls.TlsMember;
import dev.errand.config.security.NodeIdentity;
import dev.errand.config.security.NodeTls;
import dev.errand.config.security.RefusalLog;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import dev.errand.config.settings.SettingsException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;

/**
 * Makes a node a member of the secured cluster. One object is one try: wait for a peer, become a
 * member, build the Vertx. {@link #join} does it all.
 */
public final class SecureCluster {

  private final ClusterSettings settings;
  private final String role;
  private final String nodeId = UUID.randomUUID().toString();
  private final NodeTls tls;
  private final BusTls bus;
  private final MemberProbe probe;
  private final PeerSearch search;
  private final ScheduledThreadPoolExecutor clock;
  private Consumer<Throwable> onEnd = why -> {};
  private Runnable onDone = () -> {};
  private ClusterNode node;

  /**
   * A try to become a member.
   *
   * @param role such as {@code dispatcher}; the others see it
   */
  public SecureCluster(ClusterSettings settings, String role) {
    this.settings = settings;
    this.role = role;
    NodeIdentity identity = settings.credentials().identity(settings.name(), nodeId);
    this.tls = new NodeTls(identity);
    this.bus = new BusTls(identity, tls);
    this.probe = new MemberProbe(tls.context());
    this.search = new PeerSearch(new PeerSurvey(probe::ask));
    this.clock = new ScheduledThreadPoolExecutor(1, SecureCluster::daemon);
    this.clock.setRemoveOnCancelPolicy(true);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "errand-cluster-clock");
    thread.setDaemon(true);
    return thread;
  }

  /** What is done, and why, if the node can't go on as a member; nothing if it is not set. */
  public void onEnd(Consumer<Throwable> action) {
    onEnd = action;
  }

  /** What is done when the node has done what it was there for; nothing if it is not set. */
  public void onDone(Runnable action) {
    onDone = action;
  }

  /**
   * Joins the cluster: for programs that have a main of their own. Waits for a peer as long as it
   * takes.
   *
   * @param conf the settings, of which {@code cluster} is read, and all else is the program's; the
   *     environment goes before. May be empty
   * @return like {@link #join(ClusterSettings, String)}; also fails with {@link SettingsException}
   */
  public static Future<Vertx> join(JsonObject conf) {
    try {
      return join(ClusterSettings.read(conf, System.getenv()), "client");
    } catch (SettingsException e) {
      return Future.failedFuture(e);
    }
  }

  /**
   * Joins the cluster. Waits for a peer as long as it takes.
   *
   * @param role such as {@code client}; the others see it
   * @return the node's Vertx; its {@code close} leaves the cluster. Fails with {@link
   *     AddressInUseException} if a port is taken, with {@link KeyRefusedException} if all peers
   *     that answer refuse the node
   */
  public static Future<Vertx> join(ClusterSettings settings, String role) {
    SecureCluster cluster = new SecureCluster(settings, role);
    Promise<Vertx> joined = Promise.promise();
    // No daemon: a program whose main is over waits for it.
    new Thread(() -> cluster.join(joined), "errand-join").start();
    return joined.future();
  }

  private void join(Promise<Vertx> joined) {
    try {
      VertxOptions options = new VertxOptions();
      VertxBuilder builder = builder(options);
      seal(options);
      builder
          .buildClustered()
          .compose(this::admitOrClose)
          .recover(failure -> Future.failedFuture(failed(failure)))
          .onComplete(joined);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      joined.fail(failed(e));
    } catch (RuntimeException e) {
      joined.fail(failed(e));
    }
  }

  private Future<Vertx> admitOrClose(Vertx vertx) {
    return admit(vertx)
        .map(vertx)
        .recover(failure -> vertx.close().transform(any -> Future.failedFuture(failure)));
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
    ClusterSettings.Search where = settings.search();
    // A service's name says where the others are now.
    Optional<RememberedMembers> remembered =
        where.peers().isEmpty() ? RememberedMembers.of(settings) : Optional.empty();
    Peers peers = new Peers(remembered.map(RememberedMembers::read).orElse(where.peers()));
    if (!where.mayBeFirst() && !search.await(peers)) {
      throw new InterruptedException("gave up waiting for a peer");
    }
    // What Hazelcast says before it has read its configuration.
    System.setProperty("hazelcast.logging.type", "slf4j");
    RefusalLog atMembership = new RefusalLog("membership", clock);
    RefusalLog atBus = new RefusalLog("bus", clock);
    HazelcastInstance instance = start(peers, atMembership);
    node =
        new ClusterNode(
            instance,
            new MissingPeers(instance, peers, new PeerSurvey(probe::ask), where.serviceDns()),
            new ClusterNode.Safety(tls.certificateEnd(), List.of(atMembership, atBus)),
            clock,
            new ClusterNode.Ends(onEnd, onDone));
    remembered.ifPresent(this::remember);
    return Vertx.builder()
        .with(options)
        .withTransport(new BusTransport(bus.certificate(), atBus))
        .withClusterManager(new NodeClusterManager(node));
  }

  private HazelcastInstance start(Peers peers, RefusalLog refusals) {
    TlsMember.Channels channels = new TlsMember.Channels(tls.context(), refusals, clock);
    try {
      return TlsMember.start(
          MembershipConfig.of(settings, role, nodeId, tls.certificateEnd()),
          channels,
          peers::texts);
    } catch (RuntimeException e) {
      throw taken(e, settings.memberPort(), "cluster.memberPort");
    }
  }

  /**
   * Sets what secures the bus over whatever was set before: to be called last.
   *
   * @param options that were given to {@link #builder}
   */
  public void seal(VertxOptions options) {
    options.setEventBusOptions(bus.options(settings));
    options.setHAEnabled(false);
  }

  /** To be called when the Vertx is there: lets others in, where their names decide about it. */
  public Future<Void> admit(Vertx vertx) {
    return bus.admit(vertx);
  }

  /**
   * To be called when the Vertx could not be built: leaves the membership.
   *
   * @return the failure in words that name the cure, where it is known
   */
  public RuntimeException failed(Throwable failure) {
    if (node != null) {
      node.instance().getLifecycleService().terminate();
      node.leave();
    }
    clock.shutdownNow();
    return taken(failure, settings.busPort(), "cluster.busPort");
  }

  /** Ends a wait for peers; the waiting thread gets an InterruptedException. */
  public void giveUp() {
    search.giveUp();
  }

  private RuntimeException taken(Throwable failure, int port, String key) {
    Throwable told = AddressInUseException.orSame(failure, settings.host(), port, key);
    return told instanceof RuntimeException known
        ? known
        : new IllegalStateException(told.getMessage(), told);
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
                node.instance().getCluster().getMembers().stream()
                    .map(member -> member.getAddress())
                    .map(at -> new PeerAddress(at.getHost(), at.getPort()).text())
                    .filter(address -> !address.equals(own))
                    .toList());
    node.instance()
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
