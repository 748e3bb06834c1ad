package dev.errand.config.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
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
   */
  public record Member(String nodeId, String address, String role) {

    private static Member of(com.hazelcast.cluster.Member member) {
      return new Member(
          member.getAttribute(MembershipConfig.NODE_ID),
          member.getAddress().getHost() + ":" + member.getAddress().getPort(),
          member.getAttribute(MembershipConfig.ROLE));
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
   * Whether all members that answer are in one cluster; false too as long as nobody has looked. A
   * node that lost its cluster for some seconds forms one of its own until both are merged.
   */
  public boolean isWhole() {
    return node.missing().none();
  }

  /** Whether the node is a member, and follows the changes of its membership. */
  public boolean isAlive() {
    return node.isAlive();
  }

  /** The node can't go on, for that reason; a process that the launcher started ends so. */
  public void end(RuntimeException why) {
    node.end(why);
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
