package dev.errand.dispatcher.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.Snapshot;
import dev.errand.dispatcher.core.Counters;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.dispatcher.figures.Verdict.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTest {

  private static final long NOW = 1_800_000_000_000L;
  private static final TypeView.Capacity FREE = new TypeView.Capacity(2, 2, 8, 3);
  private static final TypeView.Capacity BUSY = new TypeView.Capacity(2, 2, 8, 0);

  private final List<TypeView> types = new ArrayList<>();
  private final Map<String, TypeFigures> figures = new HashMap<>();
  private Snapshot.Store store = Snapshot.Store.WELL;
  private NodeState node = NodeState.ALONE;
  private TypeFigures totals = TypeFigures.NONE;
  private List<Reading.LostWorker> lost = List.of();

  private Verdict verdict() {
    Snapshot snapshot =
        new Snapshot(
            new Ledger(0, 0, 0, 0, 0, 0, 0), types, List.of(), 0, new Counters(0, 0, 0), store);
    return new Reading(1, NOW, snapshot, node, figures, totals, Map.of(), lost).verdict();
  }

  private void queue(
      String type, long queued, long oldest, TypeView.Capacity capacity, TypeSettings settings) {
    types.add(new TypeView(type, queued, 0, 0, oldest, capacity, TypeView.Unserved.NONE, settings));
  }

  private void queue(String type, long queued, long oldest, TypeView.Capacity capacity) {
    queue(type, queued, oldest, capacity, new TypeSettings(type, false, 0, 0));
  }

  private static TypeFigures grown(long millis) {
    return new TypeFigures(Rates.NONE, Rates.NONE, 0, 0, Latencies.NONE, millis);
  }

  private static TypeFigures attempts(long failed, long good) {
    return new TypeFigures(Rates.NONE, Rates.NONE, failed, good, Latencies.NONE, 0);
  }

  private void certificate(long endMillis) {
    node = new NodeDraft().certificateEnd(Instant.ofEpochMilli(endMillis)).state();
  }

  private void http(long endMillis) {
    node = new NodeDraft().httpCertificateEnd(Instant.ofEpochMilli(endMillis)).state();
  }

  private void isBad(Code code, String message) {
    Verdict verdict = verdict();
    assertThat(verdict.code()).isEqualTo(code);
    assertThat(verdict.message()).isEqualTo(message);
    assertThat(verdict.ok()).isFalse();
    assertThat(verdict.cause()).isNotEmpty();
    assertThat(verdict.remedy()).isNotEmpty();
  }

  private void isHealthy() {
    assertThat(verdict().code()).as(verdict().message()).isEqualTo(Code.HEALTHY);
    assertThat(verdict().ok()).isTrue();
  }

  @Test
  void allIsWellIfNothingHappens() {
    isHealthy();
    assertThat(verdict().message()).isEqualTo("Healthy: 0 tasks/s, nothing waits");
  }

  @Test
  void whatIsDoneAndHowLongItWaitsIsSaidIfAllIsWell() {
    queue("a", 5, 80, FREE);
    totals = new TypeFigures(new Rates(0, 41_200.4, 0), Rates.NONE, 0, 0, Latencies.NONE, 0);
    assertThat(verdict().message()).isEqualTo("Healthy: 41,200 tasks/s, oldest waits 80 ms");
  }

  @Test
  void aStoreThatFailedIsTheWorst() {
    store = new Snapshot.Store(new IllegalStateException("a bad disk"), "full", 5_000, null);
    node = new NodeDraft().apart("192.0.2.7:5701").state();
    queue("a", 5, 80, TypeView.Capacity.NONE);
    isBad(Code.STORE_FAILED, "Stopped: the store failed, no work is taken");
    assertThat(verdict().cause()).isEqualTo("a bad disk");
  }

  @Test
  void aStoreWithoutRoomIsBad() {
    store = new Snapshot.Store(null, "the disk of data is full", 0, null);
    isBad(Code.STORE_FULL, "Full: nothing new is taken, the store has no room");
  }

  @Test
  void aStoreThatTakesLongIsBad() {
    store = new Snapshot.Store(null, null, 1_000, null);
    isHealthy();
    store = new Snapshot.Store(null, null, 1_001, null);
    isBad(Code.STORE_SLOW, "Slow: the store took 1001 ms to make changes durable");
  }

  @Test
  void aClusterInTwoPartsIsBad() {
    node = new NodeDraft().apart("192.0.2.7:5701").state();
    isBad(Code.CLUSTER_SPLIT, "Split: 1 member in another part of the cluster");
    assertThat(verdict().cause()).contains("192.0.2.7:5701");
  }

  @Test
  void aServiceThatHasNeverListedThisNodeIsWrong() {
    node = new NodeDraft().notWhole().unlisted("errand-membres").state();
    isBad(
        Code.DISCOVERY_WRONG,
        "Hidden: 'errand-membres' does not list this node, no request is sent to it");
  }

  @Test
  void aPeerThatRefusesTheNodeIsBad() {
    node = new NodeDraft().refusing("192.0.2.7:5701").state();
    isBad(Code.DISCOVERY_WRONG, "Wrong peers: no admission at 192.0.2.7:5701");
  }

  @Test
  void aCertificateThatEndsWithinThirtyDaysIsBad() {
    certificate(NOW + 31 * Rules.DAY_MILLIS);
    isHealthy();
    certificate(NOW + 29 * Rules.DAY_MILLIS);
    isBad(Code.CERTIFICATE_ENDS, "Soon: this node's certificate ends in 696 h");
    certificate(NOW - 1);
    isBad(Code.CERTIFICATE_ENDS, "Expired: this node's certificate has ended");
  }

  @Test
  void soIsOneThatHttpShows() {
    http(NOW + 31 * Rules.DAY_MILLIS);
    isHealthy();
    http(NOW + 2 * Rules.DAY_MILLIS);
    isBad(Code.CERTIFICATE_ENDS, "Soon: HTTP's certificate ends in 48 h");
    assertThat(verdict().remedy()).contains("http.tls.cert");
    http(NOW - 1);
    isBad(Code.CERTIFICATE_ENDS, "Expired: HTTP's certificate has ended");
  }

  @Test
  void aCertificateHidesWhatStandsStillOnlyInItsLastDays() {
    queue("resize", 1, 80, TypeView.Capacity.NONE);
    certificate(NOW + 29 * Rules.DAY_MILLIS);
    assertThat(verdict().code()).isEqualTo(Code.NO_WORKER);
    certificate(NOW + Rules.DAY_MILLIS);
    assertThat(verdict().code()).isEqualTo(Code.CERTIFICATE_ENDS);
  }

  @Test
  void tasksThatNoWorkerOffersAreStuck() {
    queue("resize", 312, 80, TypeView.Capacity.NONE);
    queue("square", 3, 10, FREE);
    isBad(Code.NO_WORKER, "Stuck: 312 'resize' tasks wait, no worker offers 'resize'");
  }

  @Test
  void whoeverWaitsLongestIsNamedAndTheOthersAreCounted() {
    queue("a", 9, 80, TypeView.Capacity.NONE);
    queue("b", 1, 90, TypeView.Capacity.NONE);
    queue("c", 2, 85, TypeView.Capacity.NONE);
    isBad(Code.NO_WORKER, "Stuck: 1 'b' task waits, no worker offers 'b' (and 2 other types)");
  }

  @Test
  void aWorkerThatIsAboutToLeaveOffersNothing() {
    queue("a", 2, 80, new TypeView.Capacity(1, 0, 0, 0));
    isBad(Code.NO_WORKER, "Stuck: 2 'a' tasks wait, no worker offers 'a'");
    assertThat(verdict().cause()).contains("about to leave");
  }

  @Test
  void tasksWhoseLabelsNoWorkerHasAreStuck() {
    types.add(
        new TypeView(
            "a",
            8,
            2,
            0,
            80,
            FREE,
            new TypeView.Unserved(3, "gpu: a100"),
            new TypeSettings("a", false, 0, 0)));
    isBad(
        Code.NO_WORKER,
        "Stuck: 3 'a' tasks wait, no worker that offers it has the labels gpu: a100");
  }

  @Test
  void busySlotsAreBadOnceTheOldestWaitsLongerAndLonger() {
    queue("a", 50, 7_000, BUSY);
    figures.put("a", grown(500));
    isHealthy();
    figures.put("a", grown(9_000));
    isBad(Code.SLOTS_BUSY, "Behind: 50 'a' tasks wait, the oldest 7 s, every slot is busy");
  }

  @Test
  void aShortWaitForASlotIsNothing() {
    queue("a", 50, 4_000, BUSY);
    figures.put("a", grown(4_000));
    isHealthy();
  }

  @Test
  void aLimitIsBadOnceTheOldestWaitsLongerAndLonger() {
    types.add(
        new TypeView(
            "a",
            50,
            3,
            1,
            60_000,
            FREE,
            TypeView.Unserved.NONE,
            new TypeSettings("a", false, 4, NOW)));
    isHealthy();
    figures.put("a", grown(10_000));
    isBad(Code.LIMIT, "Behind: 50 'a' tasks wait, the oldest 1 min, its limit of 4 is reached");
  }

  @Test
  void tasksOfAPausedTypeAreBadAndMoreThanThatIsNotSaidOfThem() {
    queue("a", 4, 90_000, TypeView.Capacity.NONE, new TypeSettings("a", true, 0, NOW - 125_000));
    figures.put("a", grown(10_000));
    isBad(Code.PAUSED, "Paused: 4 'a' tasks wait, the type is paused for 125 s");
  }

  @Test
  void aPausedTypeWithoutTasksIsFine() {
    queue("a", 0, 0, FREE, new TypeSettings("a", true, 0, NOW));
    isHealthy();
  }

  @Test
  void moreThanTenFailedAttemptsAreBadIfTheyAreMoreThanATenth() {
    queue("a", 0, 0, FREE);
    figures.put("a", attempts(10, 0));
    isHealthy();
    figures.put("a", attempts(11, 99));
    isHealthy();
    figures.put("a", attempts(11, 98));
    isBad(Code.FAILURES, "Failing: 11 of 109 attempts at 'a' failed in the last minute");
  }

  @Test
  void aLostWorkerIsToldForAMinute() {
    lost = List.of(new Reading.LostWorker("1f", "worker-1", NOW - 12_000));
    isBad(Code.WORKER_LOST, "Lost: worker 'worker-1' is gone since 12 s, its tasks go on");
    lost = List.of(new Reading.LostWorker("1f", "worker-1", NOW - 60_000));
    isHealthy();
  }

  @ParameterizedTest
  @EnumSource
  void eachCodeIsExplainedInTheDocumentation(Code code) throws IOException {
    assertThat(Files.readString(Path.of("..", "docs", "operation.md")))
        .contains("\n| `" + code.text() + "` | ");
  }
}
