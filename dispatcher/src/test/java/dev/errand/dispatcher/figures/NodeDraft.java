package dev.errand.dispatcher.figures;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A node that is {@link NodeState#ALONE}, but for what a test says of it. */
public final class NodeDraft {

  private boolean open = true;
  private boolean whole = true;
  private Map<String, NodeState.Member> members = Map.of();
  private List<String> apart = List.of();
  private List<String> refusing = List.of();
  private String unlisted;
  private Instant certificateEnd;
  private Instant httpCertificateEnd;
  private long refusedConnections;

  /** Its doors are not open. */
  public NodeDraft closed() {
    open = false;
    return this;
  }

  /** Its cluster is not known to be in one part. */
  public NodeDraft notWhole() {
    whole = false;
    return this;
  }

  /** The members of its cluster, by node. */
  public NodeDraft members(Map<String, NodeState.Member> all) {
    members = all;
    return this;
  }

  /** The addresses of members that are in another part. */
  public NodeDraft apart(String... addresses) {
    apart = List.of(addresses);
    return this;
  }

  /** The addresses of peers that do not accept it. */
  NodeDraft refusing(String... addresses) {
    refusing = List.of(addresses);
    return this;
  }

  /** The service that has never listed it. */
  NodeDraft unlisted(String service) {
    unlisted = service;
    return this;
  }

  /** When its certificate ends. */
  public NodeDraft certificateEnd(Instant end) {
    certificateEnd = end;
    return this;
  }

  /** When the certificate ends that HTTP shows. */
  public NodeDraft httpCertificateEnd(Instant end) {
    httpCertificateEnd = end;
    return this;
  }

  /** How many connections to its cluster's ports were refused. */
  public NodeDraft refusedConnections(long many) {
    refusedConnections = many;
    return this;
  }

  /** What is said of it. */
  public NodeState state() {
    return new NodeState(
        NodeState.ALONE.alive(),
        open,
        whole,
        members,
        apart,
        refusing,
        unlisted,
        new NodeState.Safety(certificateEnd, httpCertificateEnd, refusedConnections),
        NodeState.ALONE.store());
  }
}
