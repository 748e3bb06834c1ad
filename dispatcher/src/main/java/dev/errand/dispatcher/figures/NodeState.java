package dev.errand.dispatcher.figures;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * How the dispatcher's node does as a member of its cluster, at one moment.
 *
 * @param alive whether it can go on as it is
 * @param open whether its doors are open
 * @param whole whether its cluster is known to be in one part, and can find this node
 * @param members by node
 * @param apart addresses of members that are in another part of the cluster
 * @param refusing addresses of peers that do not accept this node, or it them
 * @param unlisted the service that has never listed this node; null: there is none such
 * @param safety what keeps strangers out
 * @param store which kind of store it has
 */
public record NodeState(
    boolean alive,
    boolean open,
    boolean whole,
    Map<String, Member> members,
    List<String> apart,
    List<String> refusing,
    String unlisted,
    Safety safety,
    String store) {

  /**
   * What keeps strangers out.
   *
   * @param certificateEnd when the node's certificate ends; null: it has none
   * @param httpCertificateEnd when the one ends that HTTP shows; null: there is none
   * @param refusedConnections to the cluster's ports, since the start
   */
  public record Safety(
      Instant certificateEnd, Instant httpCertificateEnd, long refusedConnections) {}

  /**
   * A member of the cluster.
   *
   * @param address of its membership, {@code host:port}
   * @param version of its Errand; null: it did not say
   * @param certificateEnd when its certificate ends; null: it did not say
   */
  public record Member(String address, String version, Instant certificateEnd) {

    /** The address without its port. */
    public String host() {
      return address.substring(0, address.lastIndexOf(':'));
    }
  }

  /** A node that is alone and well, with a store in memory. */
  public static final NodeState ALONE =
      new NodeState(
          true,
          true,
          true,
          Map.of(),
          List.of(),
          List.of(),
          null,
          new Safety(null, null, 0),
          "memory");
}
