package dev.errand.config.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import dev.errand.config.security.RefusalLog;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Who is in the cluster. Questions may be asked from any thread; listeners are called on the
 * context they were registered on.
 */
public final class Membership {

  private final Vertx vertx;
  private final ClusterNode node;
  private final HazelcastInstance instance;

  private Membership(Vertx vertx, ClusterNode node) {
    this.vertx = vertx;
    this.node = node;
    this.instance = node.instance();
  }

  /**
   * A member.
   *
   * @param nodeId its Vert.x node
   * @param address its membership address, {@code host:port}
   * @param role such as {@code dispatcher}
   * @param version of its Errand; null: it did not say
   * @param certificateEnd when its certificate ends; null: it did not say
   */
  public record Member(
      String nodeId, String address, String role, String version, Instant certificateEnd) {

    /** The address without its port. */
    public String host() {
      return address.substring(0, address.lastIndexOf(':'));
    }

    private static Member of(com.hazelcast.cluster.Member member) {
      return new Member(
          member.getAttribute(MembershipConfig.NODE_ID),
          member.getAddress().getHost() + ":" + member.getAddress().getPort(),
          member.getAttribute(MembershipConfig.ROLE),
          member.getAttribute(MembershipConfig.VERSION),
          instant(member.getAttribute(MembershipConfig.CERTIFICATE_END)));
    }

    private static Instant instant(String text) {
      try {
        return text == null ? null : Instant.parse(text);
      } catch (DateTimeParseException e) {
        return null;
      }
    }
  }

  /**
   * The membership of that node.
   *
   * @throws IllegalArgumentException if it was not built by {@link SecureCluster}
   */
  public static Membership of(Vertx vertx) {
    if (vertx instanceof VertxInternal internal
        && internal.clusterManager() instanceof NodeClusterManager manager) {
      return new Membership(vertx, manager.node());
    }
    throw new IllegalArgumentException(
        "this Vertx is no member of a secured cluster: start the node by ErrandLauncher, or get it"
            + " from SecureCluster.join");
  }

  /** The cluster's name. */
  public String cluster() {
    return instance.getConfig().getClusterName();
  }

  /**
   * Whether all members that answer are in one cluster, and can find this node; false too as long
   * as nobody has looked. A node that lost its cluster for some seconds forms one of its own until
   * both are merged.
   */
  public boolean isWhole() {
    return node.missing().none();
  }

  /** Addresses of members that answer, and that are in another part of the cluster. */
  public List<String> apart() {
    return node.missing().apart();
  }

  /**
   * Addresses of peers at which somebody answers who does not accept this node, or whom it does not
   * accept.
   */
  public List<String> refusing() {
    return node.missing().refusing();
  }

  /**
   * The name of {@code cluster.serviceDns} if that has never had this node's address: then others
   * can't find it. Else null.
   */
  public String unlisted() {
    return node.missing().unlisted();
  }

  /** When this node's certificate ends. */
  public Instant certificateEnd() {
    return node.safety().certificateEnd();
  }

  /** How many connections to this node's membership and bus came to nothing, since it started. */
  public long refusedConnections() {
    return node.safety().refusals().stream().mapToLong(RefusalLog::count).sum();
  }

  /** Whether the node is a member, and follows the changes of its membership. */
  public boolean isAlive() {
    return node.isAlive();
  }

  /** The node can't go on, for that reason; a process that the launcher started ends so. */
  public void end(RuntimeException why) {
    node.end(why);
  }

  /**
   * The node has done what it was there for; a process that the launcher started for nothing else
   * ends in order.
   */
  public void done() {
    node.done();
  }

  /** This node. */
  public Member local() {
    return Member.of(instance.getCluster().getLocalMember());
  }

  /** All members, this node too, the oldest first. */
  public List<Member> members() {
    return instance.getCluster().getMembers().stream().map(Member::of).toList();
  }

  /** Calls back with the id of each node that leaves from now on. */
  public void onLeft(Consumer<Member> handler) {
    Context context = vertx.getOrCreateContext();
    listen(
        new MembershipListener() {
          @Override
          public void memberAdded(MembershipEvent event) {
            // Only who leaves is of interest.
          }

          @Override
          public void memberRemoved(MembershipEvent event) {
            Member gone = Member.of(event.getMember());
            context.runOnContext(any -> handler.accept(gone));
          }
        });
  }

  void listen(MembershipListener listener) {
    instance.getCluster().addMembershipListener(listener);
  }
}
