package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happened to a task can be read, and takes a bounded room. */
class HistoryTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);

  private static HistoryEntry of(int entries) {
    HistoryEntry last = null;
    for (int i = 1; i <= entries; i++) {
      last = HistoryEntry.after(last, HistoryEntry.Event.FAILED, i, "w", i, i + 1, "r" + i);
    }
    return last;
  }

  private static List<Integer> attempts(HistoryEntry last) {
    return last.all().stream().map(HistoryEntry::attempt).toList();
  }

  @Test
  void upToTheMostNothingIsForgotten() {
    assertThat(attempts(of(1))).containsExactly(1);
    assertThat(attempts(of(HistoryEntry.MOST)))
        .isEqualTo(IntStream.rangeClosed(1, HistoryEntry.MOST).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 65, 66, 96, 97, 98, 128, 1_000, 12_345})
  void theFirstAndTheNewestStay(int entries) {
    HistoryEntry last = of(entries);
    List<Integer> attempts = attempts(last);
    assertThat(attempts).hasSizeBetween(32, HistoryEntry.MOST).isSorted().startsWith(1);
    assertThat(attempts)
        .endsWith(IntStream.rangeClosed(entries - 30, entries).boxed().toArray(Integer[]::new));
    assertThat(last.depth()).isEqualTo(attempts.size());
    assertThat(last.all().get(0).reason()).isEqualTo("r1");
  }

  @Test
  void whatWasWrittenBeforeIsNotChanged() {
    HistoryEntry before = of(HistoryEntry.MOST);
    HistoryEntry.after(before, HistoryEntry.Event.LOST, 65, "w", 1, 2, "");
    assertThat(before.all()).hasSize(HistoryEntry.MOST);
  }

  @Test
  void everyLeaseIsThereWithItsTimesAndReason() {
    VirtualCluster cluster = new VirtualCluster();
    VirtualClient client = cluster.client();
    long id = cluster.submit(client, ANY.withTimeout(Duration.ofSeconds(1)));
    long start = cluster.now().wallMillis();
    VirtualWorker first = cluster.worker("first", 1, "any");
    cluster.pass(Duration.ofMillis(500));
    first.fails(first.only(), ErrorKind.HANDLER);
    cluster.settle();
    cluster.pass(Duration.ofMillis(1_050));
    first.releases(first.only(), false);
    cluster.settle();
    cluster.kill(first);
    cluster.pass(Duration.ofMillis(3_100));
    VirtualWorker second = cluster.worker("second", 1, "any");
    second.succeeds(second.only(), "1");
    cluster.settle();
    List<HistoryEntry> all = cluster.store.ended.get(id).history().all();
    assertThat(all)
        .extracting(HistoryEntry::event)
        .containsExactly(
            HistoryEntry.Event.FAILED,
            HistoryEntry.Event.RELEASED,
            HistoryEntry.Event.LOST,
            HistoryEntry.Event.SUCCEEDED);
    assertThat(all).extracting(HistoryEntry::attempt).containsExactly(1, 2, 3, 4);
    assertThat(all)
        .extracting(HistoryEntry::worker)
        .containsExactly("first", "first", "first", "second");
    assertThat(all)
        .extracting(HistoryEntry::reason)
        .containsExactly("it was handler", "no time", "worker 'first' was silent for too long", "");
    assertThat(all.get(0).from()).isEqualTo(start);
    assertThat(all.get(0).to()).isEqualTo(start + 500);
    assertThat(all).allSatisfy(each -> assertThat(each.to()).isGreaterThanOrEqualTo(each.from()));
  }

  @Test
  void aTaskOfHundredsOfAttemptsHasABoundedOne() {
    VirtualCluster cluster = new VirtualCluster();
    cluster.chance.share = 0;
    VirtualClient client = cluster.client();
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY.withMaxAttempts(300));
    for (int i = 0; i < 300; i++) {
      worker.fails(worker.only(), ErrorKind.HANDLER);
      cluster.settle();
      cluster.tick(Duration.ofMillis(50));
    }
    List<HistoryEntry> all = cluster.store.ended.get(id).history().all();
    assertThat(all).hasSizeLessThanOrEqualTo(HistoryEntry.MOST);
    assertThat(all.get(0).attempt()).isOne();
    assertThat(all.get(all.size() - 1).attempt()).isEqualTo(300);
  }
}
