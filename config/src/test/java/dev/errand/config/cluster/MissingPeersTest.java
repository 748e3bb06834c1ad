package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.core.HazelcastInstance;
import dev.errand.config.membertls.MemberProbe.Answer;
import dev.errand.config.settings.PeerAddress;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that is its cluster's only member; its peers answer as the test wants. */
@Timeout(150)
class MissingPeersTest {

  /** For some looks, of which there is one in two seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private static final int SILENT = PeerSurvey.MOST_AT_ONCE;
  private static final PeerAddress LAST = new PeerAddress("127.0.0.1", SILENT + 1);

  private final AtomicInteger looks = new AtomicInteger();
  private final HazelcastInstance instance =
      answering(HazelcastInstance.class, () -> answering(Cluster.class, this::members));

  /** All its methods give the same. */
  private static <T> T answering(Class<T> type, Supplier<Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answer.get()));
  }

  private Set<?> members() {
    looks.incrementAndGet();
    return Set.of();
  }

  @Test
  void theClusterIsNotWholeBeforeEveryoneWasAsked() {
    CountDownLatch word = new CountDownLatch(1);
    CountDownLatch merged = new CountDownLatch(1);
    PeerSurvey survey =
        new PeerSurvey(
            peer -> {
              if (peer.getPort() == LAST.port()) {
                return merged.getCount() > 0 ? Answer.MEMBER : Answer.NONE;
              }
              PeerSurveyTest.await(word);
              return Answer.NONE;
            },
            Duration.ofMillis(100));
    Peers peers =
        new Peers(
            IntStream.rangeClosed(1, LAST.port())
                .mapToObj(port -> new PeerAddress("127.0.0.1", port))
                .toList());
    try (MissingPeers missing = new MissingPeers(instance, peers, survey, null)) {
      await().atMost(PATIENCE).until(() -> looks.get() >= 2);
      assertThat(missing.none()).as("one look is over, the last peer was not asked").isFalse();
      assertThat(missing.apart()).isEmpty();
      word.countDown();
      await().atMost(PATIENCE).until(() -> missing.apart().equals(List.of(LAST.text())));
      assertThat(missing.none()).isFalse();
      merged.countDown();
      await().atMost(PATIENCE).until(missing::none);
      assertThat(missing.apart()).isEmpty();
    } finally {
      word.countDown();
    }
  }
}
