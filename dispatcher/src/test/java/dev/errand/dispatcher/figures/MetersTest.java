package dev.errand.dispatcher.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.errand.dispatcher.core.HistoryEntry;
import dev.errand.dispatcher.core.HistoryEntry.Event;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MetersTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long BEGIN = 1_000_000;
  private static final TaskError ERROR = new TaskError(ErrorKind.HANDLER, "no", "");

  private final List<StoredTask> failed = new ArrayList<>();
  private final Meters meters = new Meters(0, failed::add);
  private long nanos;

  private void seconds(int many) {
    for (int i = 0; i < many; i++) {
      nanos += SECOND;
      meters.tick(List.of(), nanos);
    }
  }

  private static TaskSpec spec(String type, long delay) {
    return new TaskSpec(
        7, type, null, new Terms(0, 3, 1, 4, delay, 0, Map.of()), null, null, BEGIN);
  }

  private static StoredTask.LastLease lease(long started) {
    return new StoredTask.LastLease(1, 1, "w", started, 1_000, true);
  }

  private static HistoryEntry entry(
      Event event, int attempt, long from, long to, HistoryEntry before) {
    int depth = before == null ? 1 : before.depth() + 1;
    return new HistoryEntry(event, attempt, attempt == 0 ? null : "w", from, to, "", before, depth);
  }

  private static StoredTask submitted(String type) {
    return new StoredTask(
        spec(type, 0), TaskState.QUEUED, BEGIN, Tries.of(1, 0, 0, 0), null, null, null, 0, null);
  }

  private static StoredTask running(String type) {
    return new StoredTask(
        spec(type, 0), TaskState.RUNNING, BEGIN, Tries.ONE, lease(BEGIN), null, null, 0, null);
  }

  private static StoredTask ended(
      TaskSpec spec, TaskState state, Tries tries, long end, HistoryEntry last) {
    return new StoredTask(
        spec,
        state,
        BEGIN,
        tries,
        last.attempt() == 0 ? null : lease(last.from()),
        null,
        state == TaskState.FAILED ? ERROR : null,
        BEGIN + end,
        last);
  }

  /** In its first attempt. */
  private static StoredTask succeeded(String type, long wait, long run) {
    return ended(
        spec(type, 0),
        TaskState.SUCCEEDED,
        Tries.ONE,
        wait + run,
        entry(Event.SUCCEEDED, 1, BEGIN + wait, BEGIN + wait + run, null));
  }

  private TypeCounts counts(String type) {
    return meters.counts(10_000).stream()
        .filter(each -> each.type().equals(type))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void eachTaskIsCountedOnceByItsType() {
    for (int i = 0; i < 3; i++) {
      meters.see(submitted("a"));
      meters.see(running("a"));
      meters.see(succeeded("a", 5, 10));
      meters.see(submitted("b"));
    }
    assertThat(counts("a").submitted()).isEqualTo(3);
    assertThat(counts("a").succeeded()).isEqualTo(3);
    assertThat(counts("b").submitted()).isEqualTo(3);
    assertThat(counts("b").succeeded()).isZero();
  }

  @Test
  void waitRunAndTotalAreToldApart() {
    meters.see(succeeded("a", 30, 7));
    seconds(1);
    Latencies latencies = meters.figures("a").latencies();
    assertThat(latencies.waits()).isEqualTo(new Percentiles(30, 30));
    assertThat(latencies.runs()).isEqualTo(new Percentiles(7, 7));
    assertThat(latencies.totals().p50()).isCloseTo(37, within(2L));
  }

  @Test
  void theWaitEndsWithTheFirstAttemptAndTheRunIsThatOfTheLast() {
    HistoryEntry first = entry(Event.FAILED, 1, BEGIN + 10, BEGIN + 20, null);
    HistoryEntry second = entry(Event.SUCCEEDED, 2, BEGIN + 1_000, BEGIN + 1_004, first);
    meters.see(ended(spec("a", 0), TaskState.SUCCEEDED, Tries.of(1, 2, 1, 0), 1_004, second));
    seconds(1);
    Latencies latencies = meters.figures("a").latencies();
    assertThat(latencies.waits().p50()).isEqualTo(10);
    assertThat(latencies.runs().p50()).isEqualTo(4);
    assertThat(latencies.totals().p50()).isCloseTo(1_004, within(64L));
  }

  @Test
  void attemptsBeforeAManualRetryAreOfAnotherTask() {
    HistoryEntry old = entry(Event.FAILED, 1, BEGIN - 500, BEGIN - 400, null);
    HistoryEntry retried = entry(Event.RETRIED, 0, BEGIN, BEGIN, old);
    HistoryEntry one = entry(Event.FAILED, 1, BEGIN + 3, BEGIN + 4, retried);
    HistoryEntry two = entry(Event.SUCCEEDED, 2, BEGIN + 20, BEGIN + 21, one);
    meters.see(ended(spec("a", 0), TaskState.SUCCEEDED, Tries.of(2, 2, 1, 0), 21, two));
    seconds(1);
    assertThat(meters.figures("a").latencies().waits().p50()).isEqualTo(3);
  }

  @Test
  void aDelayThatWasAskedForIsNoWait() {
    meters.see(
        ended(
            spec("a", 60_000),
            TaskState.SUCCEEDED,
            Tries.ONE,
            60_010,
            entry(Event.SUCCEEDED, 1, BEGIN + 60_008, BEGIN + 60_010, null)));
    seconds(1);
    assertThat(meters.figures("a").latencies().waits().p50()).isEqualTo(8);
  }

  @Test
  void whoeverNeverBeganHasNeitherWaitedNorRun() {
    meters.see(
        ended(
            spec("a", 0),
            TaskState.CANCELLED,
            Tries.of(1, 0, 0, 0),
            50,
            entry(Event.CANCELLED, 0, BEGIN + 50, BEGIN + 50, null)));
    assertThat(counts("a").cancelled()).isOne();
    assertThat(counts("a").waits().counts()).containsOnly(0);
    assertThat(counts("a").runs().counts()).containsOnly(0);
    assertThat(counts("a").totals().sumMillis()).isEqualTo(50);
  }

  @Test
  void failedAndLostAttemptsAreCountedWhetherTheTaskEndsOrNot() {
    HistoryEntry failed = entry(Event.FAILED, 1, BEGIN, BEGIN + 1, null);
    HistoryEntry lost = entry(Event.LOST, 2, BEGIN + 2, BEGIN + 3, failed);
    HistoryEntry last = entry(Event.TIMED_OUT, 3, BEGIN + 4, BEGIN + 5, lost);
    TaskSpec spec = spec("a", 0);
    meters.see(submitted("a"));
    meters.see(
        new StoredTask(
            spec,
            TaskState.SCHEDULED,
            BEGIN,
            Tries.of(1, 1, 1, 0),
            lease(BEGIN),
            null,
            ERROR,
            BEGIN + 2,
            failed));
    meters.see(
        new StoredTask(
            spec,
            TaskState.QUEUED,
            BEGIN,
            Tries.of(1, 2, 1, 1),
            lease(BEGIN + 2),
            null,
            ERROR,
            0,
            lost));
    meters.see(ended(spec, TaskState.FAILED, Tries.of(1, 3, 2, 1), 5, last));
    assertThat(counts("a").failedAttempts()).isEqualTo(2);
    assertThat(counts("a").lostAttempts()).isOne();
    assertThat(counts("a").failed()).isOne();
    assertThat(counts("a").submitted()).isOne();
  }

  @Test
  void ratesArePerSecondOfTheLastTenAndTheLastMinute() {
    for (int second = 0; second < 60; second++) {
      for (int i = 0; i < (second < 50 ? 2 : 8); i++) {
        meters.see(succeeded("a", 1, 1));
      }
      seconds(1);
    }
    assertThat(meters.figures("a").last10s().ended()).isEqualTo(8);
    assertThat(meters.figures("a").lastMinute().ended()).isEqualTo(3);
    assertThat(meters.figures("a").goodAttempts()).isEqualTo(180);
    seconds(10);
    assertThat(meters.figures("a").last10s().ended()).isZero();
    assertThat(meters.figures("a").lastMinute().ended()).isCloseTo(160 / 60.0, within(0.1));
    seconds(60);
    assertThat(meters.figures("a").lastMinute()).isEqualTo(Rates.NONE);
    assertThat(counts("a").succeeded()).isEqualTo(180);
  }

  @Test
  void inTheFirstSecondsRatesAreThoseOfAsManyAsThereWere() {
    meters.see(succeeded("a", 1, 1));
    meters.see(succeeded("a", 1, 1));
    assertThat(meters.figures("a").last10s().ended()).isZero();
    seconds(2);
    assertThat(meters.figures("a").last10s().ended()).isOne();
  }

  @Test
  void latenciesAreThoseOfTheLastMinute() {
    meters.see(succeeded("a", 10_000, 10_000));
    seconds(30);
    for (int i = 0; i < 1_000; i++) {
      meters.see(succeeded("a", 2, 3));
    }
    seconds(1);
    assertThat(meters.figures("a").latencies().waits().p50()).isEqualTo(2);
    assertThat(meters.figures("a").latencies().waits().p99()).isEqualTo(2);
    seconds(75);
    assertThat(meters.figures("a").latencies()).isEqualTo(Latencies.NONE);
  }

  @Test
  void percentilesAreRightUpToASixteenth() {
    LongStream.rangeClosed(1, 10_000).forEach(wait -> meters.see(succeeded("a", wait, 0)));
    seconds(1);
    Percentiles waits = meters.figures("a").latencies().waits();
    assertThat(waits.p50()).isCloseTo(5_000, within(5_000L / 16));
    assertThat(waits.p99()).isCloseTo(9_900, within(9_900L / 16));
  }

  @Test
  void allTypesTogetherHaveRatesAndLatencies() {
    for (int i = 0; i < 250; i++) {
      meters.see(succeeded("type" + i, i < 200 ? 4 : 20, 1));
    }
    seconds(3);
    assertThat(meters.figures().lastMinute().ended()).isCloseTo(250 / 3.0, within(0.01));
    assertThat(meters.figures().latencies().waits()).isEqualTo(new Percentiles(4, 20));
  }

  @Test
  void typesBeyondTheMostAreCountedUnderOneName() {
    for (int i = 0; i < Meters.MOST_TYPES + 50; i++) {
      meters.see(submitted("type" + i));
    }
    meters.see(submitted("type3"));
    assertThat(meters.counts(10_000)).hasSize(Meters.MOST_TYPES + 1);
    assertThat(counts(Meters.OTHERS).submitted()).isEqualTo(50);
    assertThat(counts("type3").submitted()).isEqualTo(2);
    assertThat(meters.figures("type" + (Meters.MOST_TYPES + 1))).isEqualTo(TypeFigures.NONE);
  }

  @Test
  void whatIsLeftOutOfTheCountsIsSummedUp() {
    for (int i = 0; i < 10; i++) {
      meters.see(submitted("type" + i));
      meters.see(succeeded("type" + i, 1, 1));
    }
    List<TypeCounts> counts = meters.counts(4);
    assertThat(counts)
        .extracting(TypeCounts::type)
        .containsExactly("type0", "type1", "type2", Meters.OTHERS);
    assertThat(counts.get(3).submitted()).isEqualTo(7);
    assertThat(Arrays.stream(counts.get(3).runs().counts()).sum()).isEqualTo(7);
  }

  @Test
  void timesAreCountedBySize() {
    for (long run : new long[] {0, 1, 2, 3, 4, 5, 1_000, 1 << 22, 1L << 40}) {
      meters.see(succeeded("a", 0, run));
    }
    TypeCounts.Times runs = counts("a").runs();
    assertThat(runs.upToMillis()).startsWith(1, 2, 4, 8).endsWith(Double.POSITIVE_INFINITY);
    assertThat(runs.counts()).startsWith(2, 1, 2, 1);
    assertThat(runs.counts()[10]).isOne();
    assertThat(runs.counts()[22]).isOne();
    assertThat(runs.counts()[23]).isOne();
  }

  @Test
  void aClockThatIsSetBackHarmsNothing() {
    meters.see(succeeded("a", -50, -3));
    assertThat(counts("a").waits().counts()[0]).isOne();
    assertThat(counts("a").waits().sumMillis()).isZero();
  }

  @Test
  void itIsSeenByHowMuchTheOldestWaitGrows() {
    meters.see(submitted("a"));
    for (int second = 1; second <= 20; second++) {
      nanos += SECOND;
      TypeView view =
          new TypeView(
              "a",
              1,
              0,
              0,
              500L * second,
              TypeView.Capacity.NONE,
              TypeView.Unserved.NONE,
              new TypeSettings("a", false, 0, 0));
      meters.tick(List.of(view), nanos);
    }
    assertThat(meters.figures("a").oldestGrewMillis()).isEqualTo(5_000);
  }

  private static TypeView view(String type, long queued) {
    return new TypeView(
        type,
        queued,
        0,
        0,
        0,
        TypeView.Capacity.NONE,
        TypeView.Unserved.NONE,
        new TypeSettings(type, false, 0, 0));
  }

  private List<Step> steps() {
    return meters.steps();
  }

  @Test
  void aStepHasTheRatesAndTimesOfItsOwnFiveSeconds() {
    for (int i = 0; i < 10; i++) {
      meters.see(submitted("a"));
      meters.see(succeeded("a", 3, 9));
      meters.see(succeeded("b", 3, 9));
    }
    seconds(5);
    meters.see(succeeded("a", 300, 0));
    seconds(5);
    seconds(5);
    meters.see(succeeded("c", 7, 7));
    seconds(5);
    assertThat(steps())
        .extracting(step -> step.rates().ended())
        .containsExactly(4.0, 0.2, 0.0, 0.2);
    assertThat(steps())
        .extracting(step -> step.rates().submitted())
        .containsExactly(2.0, 0.0, 0.0, 0.0);
    assertThat(steps().get(0).waits()).isEqualTo(new Percentiles(3, 3));
    assertThat(steps().get(0).runs()).isEqualTo(new Percentiles(9, 9));
    assertThat(steps().get(1).waits().p50()).isCloseTo(300, within(300L / 16));
    assertThat(steps().get(1).runs()).isEqualTo(new Percentiles(0, 0));
    assertThat(steps().get(2).waits()).isNull();
    assertThat(steps().get(3).waits()).isEqualTo(new Percentiles(7, 7));
    assertThat(steps().get(3).nanos()).isEqualTo(20 * SECOND);
  }

  @Test
  void aStepKnowsWhatWaitsAtItsEndAndOnlyAQuarterOfAnHourIsKept() {
    for (int second = 1; second <= 5 * (Steps.MOST + 3); second++) {
      nanos += SECOND;
      meters.tick(List.of(view("a", second), view("b", 1)), nanos);
    }
    assertThat(steps()).hasSize(Steps.MOST);
    assertThat(steps().get(0).queued()).isEqualTo(4 * 5 + 1);
    assertThat(steps().get(Steps.MOST - 1).queued()).isEqualTo((Steps.MOST + 3) * 5 + 1);
  }

  @Test
  void onlyWhatFailedIsHandedOn() {
    HistoryEntry first = entry(Event.FAILED, 1, BEGIN, BEGIN + 1, null);
    HistoryEntry last = entry(Event.TIMED_OUT, 2, BEGIN + 4, BEGIN + 5, first);
    StoredTask again =
        new StoredTask(
            spec("a", 0),
            TaskState.SCHEDULED,
            BEGIN,
            Tries.ONE,
            lease(BEGIN),
            null,
            ERROR,
            BEGIN + 2,
            first);
    StoredTask delayed =
        new StoredTask(
            spec("a", 50),
            TaskState.SCHEDULED,
            BEGIN,
            Tries.of(1, 0, 0, 0),
            null,
            null,
            null,
            BEGIN + 50,
            null);
    StoredTask dead = ended(spec("a", 0), TaskState.FAILED, Tries.of(1, 2, 2, 0), 5, last);
    for (StoredTask each :
        List.of(delayed, submitted("a"), running("a"), again, dead, succeeded("a", 1, 1))) {
      meters.see(each);
    }
    assertThat(failed).containsExactly(again, dead);
  }
}
