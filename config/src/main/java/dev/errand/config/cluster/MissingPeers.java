package dev.errand.config.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import dev.errand.config.membertls.MemberProbe.Answer;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every two seconds whether some peer answers that is no member of this cluster: then the
 * cluster is split, and is going to be merged. A thread of its own looks; anybody may ask.
 */
final class MissingPeers implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(MissingPeers.class);
  private static final int PAUSE_MILLIS = 2_000;

  /** A service lists a node some seconds after its start. */
  private static final int LOOKS_UNTIL_TOLD = 5;

  private final HazelcastInstance instance;
  private final Peers peers;
  private final PeerSurvey survey;
  private final String service;
  private final ScheduledExecutorService thread;
  private volatile boolean looked;
  private boolean told;
  private volatile List<String> apart = List.of();
  private volatile List<String> refusing = List.of();
  private volatile boolean whole;
  private volatile boolean listed;
  private int unlistedLooks;

  /**
   * Looks from now on.
   *
   * @param service a name whose addresses the peers have, among which this node's is to be; null:
   *     there is none
   */
  MissingPeers(HazelcastInstance instance, Peers peers, PeerSurvey survey, String service) {
    this.instance = instance;
    this.peers = peers;
    this.survey = survey;
    this.service = service;
    this.listed = service == null;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread looking = new Thread(task, "errand-peers");
              looking.setDaemon(true);
              return looking;
            });
    thread.scheduleWithFixedDelay(this::look, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      compare();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The membership is ending; nobody knows until the next good look.
      looked = false;
    }
  }

  private void compare() throws InterruptedException {
    Set<InetSocketAddress> members = members();
    List<InetSocketAddress> addresses = peers.addresses();
    seekSelf(addresses);
    PeerSurvey.Answers answers =
        survey.ask(
            addresses.stream().filter(peer -> !members.contains(peer)).toList(), any -> false);
    boolean alone = answers.of(Answer.MEMBER).isEmpty();
    // Once is nothing: whoever is just joining answers before it is a member.
    apart = answers.twice(Answer.MEMBER);
    refusing = answers.of(Answer.REFUSAL);
    tell(alone);
    // Who has not been asked yet may be a member elsewhere.
    whole = (alone && answers.isComplete()) || (whole && apart.isEmpty());
    looked |= answers.isComplete();
  }

  /**
   * A node that the service does not list can't be found by others, and may look for them in the
   * wrong place. Once it was listed the place is right, and DNS may be away.
   */
  private void seekSelf(List<InetSocketAddress> addresses) {
    if (listed) {
      return;
    }
    InetSocketAddress own = address(instance.getCluster().getLocalMember());
    listed = addresses.contains(own);
    if (listed && unlistedLooks >= LOOKS_UNTIL_TOLD) {
      log.info("'{}' lists this node at {}", service, Peers.text(own));
    } else if (!listed && ++unlistedLooks == LOOKS_UNTIL_TOLD) {
      log.warn(
          "'{}' does not list this node's address {}, so others can't find it: not ready until it"
              + " does; correct cluster.serviceDns, or what selects the service's nodes",
          service,
          Peers.text(own));
    }
  }

  private void tell(boolean alone) {
    if (alone && told) {
      log.info("all members that answer are in one cluster");
      told = false;
    } else if (!apart.isEmpty() && !told) {
      log.info("the members at {} are in another part of the cluster, waits for the merge", apart);
      told = true;
    }
  }

  private Set<InetSocketAddress> members() {
    return instance.getCluster().getMembers().stream()
        .map(MissingPeers::address)
        .collect(Collectors.toSet());
  }

  private static InetSocketAddress address(Member member) {
    try {
      return member.getAddress().getInetSocketAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of numbers is never looked up", e);
    }
  }

  /** The service that does not list this node; null: it does, or there is none. */
  String unlisted() {
    return listed ? null : service;
  }

  /** Where members answered, the last two times they did, that are in another part. */
  List<String> apart() {
    return apart;
  }

  /** Where somebody answered who does not accept this node, or whom it does not accept. */
  List<String> refusing() {
    return refusing;
  }

  /**
   * Whether all have been asked and none is missing, this node itself neither. Once that was so, it
   * takes two looks in a row to be otherwise: who joins or leaves answers while it is no member.
   */
  boolean none() {
    return looked && whole && listed;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
