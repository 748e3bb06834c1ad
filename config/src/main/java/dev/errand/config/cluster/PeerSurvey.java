package dev.errand.config.cluster;

import dev.errand.config.membertls.MemberProbe.Answer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Asks many peers who answers there, up to {@value #MOST_AT_ONCE} at once: one that is gone without
 * a word takes as long as a connection may take. For one thread at a time; the threads that ask end
 * when they have nothing to do.
 */
final class PeerSurvey {

  static final int MOST_AT_ONCE = 16;

  /** A hundred who are gone without a word are asked in less. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private static final int IDLE_SECONDS = 10;

  private final Function<InetSocketAddress, Answer> probe;
  private final Duration longest;
  private final ThreadPoolExecutor threads;
  private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
  private final Map<InetSocketAddress, Said> last = new HashMap<>();
  private int first;

  private record Told(InetSocketAddress peer, Answer answer) {}

  /**
   * What a peer has said.
   *
   * @param again whether it said the same when it was asked before
   */
  private record Said(Answer answer, boolean again) {}

  /** What those peers said last who have answered since they are asked for. */
  static final class Answers {

    private final Map<InetSocketAddress, Said> said = new LinkedHashMap<>();
    private final boolean complete;

    private Answers(Collection<InetSocketAddress> peers, Map<InetSocketAddress, Said> last) {
      for (InetSocketAddress peer : peers) {
        if (last.containsKey(peer)) {
          said.put(peer, last.get(peer));
        }
      }
      this.complete = said.size() == peers.size();
    }

    /** Whether none of the peers has yet to give its first answer. */
    boolean isComplete() {
      return complete;
    }

    /** Those whose last answer is that, in the order of the peers, as {@link Peers#text}. */
    List<String> of(Answer wanted) {
      return texts(each -> each.answer() == wanted);
    }

    /** Those whose last two answers are that. */
    List<String> twice(Answer wanted) {
      return texts(each -> each.answer() == wanted && each.again());
    }

    private List<String> texts(Predicate<Said> wanted) {
      return said.entrySet().stream()
          .filter(each -> wanted.test(each.getValue()))
          .map(each -> Peers.text(each.getKey()))
          .toList();
    }
  }

  /**
   * Nobody is asked yet.
   *
   * @param probe asks one; it may block for some seconds. One that throws has met {@link
   *     Answer#NONE}
   */
  PeerSurvey(Function<InetSocketAddress, Answer> probe) {
    this(probe, LONGEST);
  }

  /**
   * The same.
   *
   * @param longest that all of them may take together
   */
  PeerSurvey(Function<InetSocketAddress, Answer> probe, Duration longest) {
    this.probe = probe;
    this.longest = longest;
    this.threads =
        new ThreadPoolExecutor(
            MOST_AT_ONCE,
            MOST_AT_ONCE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            PeerSurvey::daemon);
    this.threads.allowCoreThreadTimeOut(true);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "errand-probe");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Asks all, for ten seconds at most. Those for whom that was too short keep the answer that they
   * gave before, if any: who was not asked comes first the next time, and who answers later has
   * answered then.
   *
   * @param enough an answer after which no other is waited for
   */
  Answers ask(Collection<InetSocketAddress> peers, Predicate<Answer> enough)
      throws InterruptedException {
    Set<InetSocketAddress> all = new LinkedHashSet<>(peers);
    last.keySet().retainAll(all);
    List<InetSocketAddress> order = new ArrayList<>(all);
    Collections.rotate(order, -first);
    long end = System.nanoTime() + longest.toNanos();
    order.forEach(peer -> threads.execute(() -> told.add(new Told(peer, answer(peer)))));
    try {
      Set<InetSocketAddress> open = new HashSet<>(all);
      boolean done = open.isEmpty();
      while (!done) {
        Told next = told.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (next != null && all.contains(next.peer())) {
          note(next);
          open.remove(next.peer());
        }
        done = next == null || open.isEmpty() || enough.test(next.answer());
      }
    } finally {
      List<Runnable> left = new ArrayList<>();
      threads.getQueue().drainTo(left);
      first = left.isEmpty() ? 0 : (first + order.size() - left.size()) % order.size();
    }
    return new Answers(all, last);
  }

  private Answer answer(InetSocketAddress peer) {
    try {
      return probe.apply(peer);
    } catch (RuntimeException e) {
      // Nobody who could be asked; the others wait for its answer.
      return Answer.NONE;
    }
  }

  private void note(Told now) {
    Said before = last.get(now.peer());
    boolean again = before != null && before.answer() == now.answer();
    last.put(now.peer(), new Said(now.answer(), again));
  }
}
