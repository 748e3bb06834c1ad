package dev.errand.dispatcher.figures;

/**
 * Whether all is well; if not, what is worst, where and why, and what to do.
 *
 * @param code a listed word
 * @param message a sentence for people
 * @param cause why it is so; empty if all is well
 * @param remedy what to do; empty if all is well
 */
public record Verdict(Code code, String message, String cause, String remedy) {

  /** What can be said. Each has a paragraph in docs/operation.md. */
  public enum Code {
    /** The store failed: no work is taken. */
    STORE_FAILED("store-failed"),
    /** The store has no room: nothing new is taken. */
    STORE_FULL("store-full"),
    /** Members answer that are in another part of the cluster. */
    CLUSTER_SPLIT("cluster-split"),
    /** A certificate is about to end. */
    CERTIFICATE_ENDS("certificate-ends"),
    /** Tasks wait that no worker runs. */
    NO_WORKER("no-worker"),
    /** What is stored takes long to become durable. */
    STORE_SLOW("store-slow"),
    /** Too many attempts fail. */
    FAILURES("failures"),
    /** Tasks wait for a slot, longer and longer. */
    SLOTS_BUSY("slots-busy"),
    /** Tasks wait for their type's limit, longer and longer. */
    LIMIT("limit"),
    /** Tasks of a paused type wait. */
    PAUSED("paused"),
    /** A peer does not accept this node. */
    DISCOVERY_WRONG("discovery-wrong"),
    /** A worker was lost a moment ago. */
    WORKER_LOST("worker-lost"),
    /** All is well. */
    HEALTHY("healthy");

    private final String text;

    Code(String text) {
      this.text = text;
    }

    /** As it stands in JSON. */
    public String text() {
      return text;
    }
  }

  /** Whether all is well. */
  public boolean ok() {
    return code == Code.HEALTHY;
  }

  /** What is to be said of that reading. */
  static Verdict of(Reading reading) {
    return Rules.ALL.stream()
        .flatMap(rule -> rule.apply(reading).stream())
        .findFirst()
        .orElseGet(() -> Rules.healthy(reading));
  }
}
