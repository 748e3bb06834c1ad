package dev.errand.config.cluster;

import com.hazelcast.core.HazelcastInstance;
import dev.errand.config.membertls.MemberProbe;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every two seconds whether some peer answers that is no member of this cluster: then the
 * cluster is split, and is going to be merged. A thread of its own looks; anybody may ask.
 */
final class MissingPeers implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(MissingPeers.class);
  private static final int PAUSE_MILLIS = 2_000;

  private final HazelcastInstance instance;
  private final Peers peers;
  private final MemberProbe probe;
  private final ScheduledExecutorService thread;
  private volatile boolean looked;
  private boolean told;
  private volatile List<String> missing = List.of();

  MissingPeers(HazelcastInstance instance, Peers peers, MemberProbe probe) {
    this.instance = instance;
    this.peers = peers;
    this.probe = probe;
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
    } catch (RuntimeException e) {
      // The membership is ending; nobody knows until the next good look.
      looked = false;
    }
  }

  private void compare() {
    List<String> found = new ArrayList<>();
    Set<InetSocketAddress> members = members();
    for (InetSocketAddress peer : peers.addresses()) {
      if (!members.contains(peer) && probe.ask(peer) == MemberProbe.Answer.MEMBER) {
        found.add(Peers.text(peer));
      }
    }
    tell(found);
    missing = List.copyOf(found);
    looked = true;
  }

  /** Once is nothing: whoever is just joining answers before it is a member. */
  private void tell(List<String> found) {
    if (found.isEmpty() && told) {
      log.info("all members that answer are in one cluster");
      told = false;
    } else if (!found.isEmpty() && found.equals(missing) && !told) {
      log.info("the members at {} are in another part of the cluster, waits for the merge", found);
      told = true;
    }
  }

  private Set<InetSocketAddress> members() {
    Set<InetSocketAddress> members = new HashSet<>();
    instance
        .getCluster()
        .getMembers()
        .forEach(
            member -> {
              try {
                members.add(member.getAddress().getInetSocketAddress());
              } catch (UnknownHostException e) {
                // An address of numbers is never looked up.
              }
            });
    return members;
  }

  /** Whether none was missing when it looked last. */
  boolean none() {
    return looked && missing.isEmpty();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
