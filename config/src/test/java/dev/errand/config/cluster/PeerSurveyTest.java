package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.membertls.MemberProbe.Answer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The peers are the test's, and answer when it wants. */
@Timeout(60)
class PeerSurveyTest {

  private static final int PATIENCE_SECONDS = 20;
  private static final Predicate<Answer> NEVER = any -> false;

  private static List<InetSocketAddress> peers(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(port -> new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .toList();
  }

  private static String[] texts(int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(port -> "127.0.0.1:" + port)
        .toArray(String[]::new);
  }

  static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Each answers only when so many are asked at the same time: in three rounds, then. */
  @Test
  void manyAreAskedAtOnceAndNotMore() throws Exception {
    CyclicBarrier together = new CyclicBarrier(PeerSurvey.MOST_AT_ONCE);
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    PeerSurvey survey =
        new PeerSurvey(
            peer -> {
              most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
              try {
                together.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                return Answer.REFUSAL;
              } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                return Answer.NONE;
              } finally {
                atOnce.decrementAndGet();
              }
            });
    List<InetSocketAddress> peers = peers(3 * PeerSurvey.MOST_AT_ONCE);
    PeerSurvey.Answers answers = survey.ask(peers, NEVER);
    assertThat(answers.isComplete()).isTrue();
    assertThat(answers.of(Answer.REFUSAL)).containsExactly(texts(1, peers.size()));
    assertThat(most).hasValue(PeerSurvey.MOST_AT_ONCE);
  }

  @Test
  void oneAnswerMayBeEnough() throws Exception {
    CountDownLatch word = new CountDownLatch(1);
    PeerSurvey survey =
        new PeerSurvey(
            peer -> {
              if (peer.getPort() == 3) {
                return Answer.MEMBER;
              }
              await(word);
              return Answer.REFUSAL;
            });
    try {
      PeerSurvey.Answers answers = survey.ask(peers(4), Answer.MEMBER::equals);
      assertThat(answers.of(Answer.MEMBER)).containsExactly(texts(3, 3));
      assertThat(answers.of(Answer.REFUSAL)).isEmpty();
      assertThat(answers.isComplete()).isFalse();
    } finally {
      word.countDown();
    }
  }

  @Test
  void whoHasNotAnsweredYetIsNotNobody() throws Exception {
    CountDownLatch word = new CountDownLatch(1);
    PeerSurvey survey =
        new PeerSurvey(
            peer -> {
              await(word);
              return Answer.NONE;
            },
            Duration.ofMillis(100));
    List<InetSocketAddress> peers = peers(PeerSurvey.MOST_AT_ONCE + 1);
    try {
      PeerSurvey.Answers answers = survey.ask(peers, NEVER);
      assertThat(answers.of(Answer.NONE)).isEmpty();
      assertThat(answers.isComplete()).isFalse();
    } finally {
      word.countDown();
    }
    Awaitility.await().until(() -> survey.ask(peers, NEVER).isComplete());
    assertThat(survey.ask(List.of(), NEVER).isComplete()).isTrue();
  }

  @Test
  void whenTheTimeIsOverThoseWhoAreSilentKeepTheirAnswers() throws Exception {
    CountDownLatch word = new CountDownLatch(1);
    AtomicBoolean silent = new AtomicBoolean();
    PeerSurvey survey =
        new PeerSurvey(
            peer -> {
              if (silent.get()) {
                await(word);
              }
              return Answer.MEMBER;
            },
            // Also of those who answer at once, on a busy machine.
            Duration.ofSeconds(3));
    String[] all = texts(1, PeerSurvey.MOST_AT_ONCE + 1);
    List<InetSocketAddress> peers = peers(all.length);
    assertThat(survey.ask(peers, NEVER).of(Answer.MEMBER)).containsExactly(all);
    silent.set(true);
    try {
      PeerSurvey.Answers answers = survey.ask(peers, NEVER);
      assertThat(answers.of(Answer.MEMBER)).containsExactly(all);
      assertThat(answers.twice(Answer.MEMBER)).as("what is kept is not said again").isEmpty();
      assertThat(answers.isComplete()).isTrue();
      answers = survey.ask(peers(all.length + 1), NEVER);
      assertThat(answers.of(Answer.MEMBER)).containsExactly(all);
      assertThat(answers.isComplete()).as("one was never asked").isFalse();
    } finally {
      word.countDown();
    }
  }

  @Test
  void twiceIsTheSameTwoTimesInARow() throws Exception {
    Queue<Answer> next =
        new ConcurrentLinkedQueue<>(
            List.of(Answer.MEMBER, Answer.NONE, Answer.MEMBER, Answer.MEMBER));
    PeerSurvey survey = new PeerSurvey(peer -> next.remove());
    for (int i = 0; i < 3; i++) {
      assertThat(survey.ask(peers(1), NEVER).twice(Answer.MEMBER)).isEmpty();
    }
    assertThat(survey.ask(peers(1), NEVER).twice(Answer.MEMBER)).containsExactly(texts(1, 1));
  }

  @Test
  void oneThatCanNotBeAskedHoldsUpNobody() throws Exception {
    PeerSurvey survey =
        new PeerSurvey(
            peer -> {
              throw new IllegalStateException("on purpose");
            },
            Duration.ofMinutes(10));
    PeerSurvey.Answers answers = survey.ask(peers(2), NEVER);
    assertThat(answers.of(Answer.NONE)).containsExactly(texts(1, 2));
    assertThat(answers.isComplete()).isTrue();
  }

  @Test
  void whoWasNotAskedComesFirstTheNextTime() throws Exception {
    AtomicReference<CountDownLatch> word = new AtomicReference<>(new CountDownLatch(1));
    Queue<Integer> asked = new ConcurrentLinkedQueue<>();
    PeerSurvey survey =
        new PeerSurvey(
            peer -> {
              CountDownLatch own = word.get();
              asked.add(peer.getPort());
              await(own);
              return Answer.NONE;
            });
    try {
      assertThat(askedUntilItIsStopped(survey, asked)).containsExactlyInAnyOrder(ports(1, 16));
      asked.clear();
      word.getAndSet(new CountDownLatch(1)).countDown();
      assertThat(askedUntilItIsStopped(survey, asked)).containsExactlyInAnyOrder(ports(17, 32));
    } finally {
      word.get().countDown();
    }
  }

  private static Integer[] ports(int from, int to) {
    return IntStream.rangeClosed(from, to).boxed().toArray(Integer[]::new);
  }

  private static Queue<Integer> askedUntilItIsStopped(PeerSurvey survey, Queue<Integer> asked)
      throws InterruptedException {
    FutureTask<Object> round = new FutureTask<>(() -> survey.ask(peers(40), NEVER));
    Thread thread = new Thread(round, "round");
    thread.start();
    Awaitility.await().until(() -> asked.size() == PeerSurvey.MOST_AT_ONCE);
    thread.interrupt();
    thread.join();
    return asked;
  }
}
