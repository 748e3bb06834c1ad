package dev.errand.dispatcher.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.HistoryEntry;
import dev.errand.dispatcher.core.HistoryEntry.Event;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest {

  private final Failures failures = new Failures();
  private long now = 1_000;
  private long id;

  private StoredTask fails(
      String type, ErrorKind kind, String message, boolean forGood, String worker) {
    now++;
    HistoryEntry last =
        new HistoryEntry(Event.FAILED, worker == null ? 0 : 1, worker, now - 1, now, "", null, 1);
    TaskSpec spec = new TaskSpec(++id, type, null, Terms.NONE, null, null, 1);
    StoredTask task =
        new StoredTask(
            spec,
            forGood ? TaskState.FAILED : TaskState.SCHEDULED,
            1,
            Tries.ONE,
            null,
            null,
            new TaskError(kind, message),
            now + 50,
            last);
    failures.see(task);
    return task;
  }

  private void fails(String message) {
    fails("resize", ErrorKind.HANDLER, message, false, "w");
  }

  @Test
  void whatFailsAlikeIsCountedTogether() {
    fails("resize", ErrorKind.HANDLER, "no route to 10.1.2.3", false, "w1");
    fails("resize", ErrorKind.HANDLER, "no route to 10.1.20.30\nand more", true, "w2");
    assertThat(failures.all())
        .containsExactly(
            new Failure(
                "resize", ErrorKind.HANDLER, "no route to #.#.#.#", 2, 1, 1_001, 1_002, 2, "w2"));
  }

  @Test
  void aTaskThatFailedForGoodIsShownRatherThanOneThatIsTriedAgain() {
    fails("resize", ErrorKind.HANDLER, "no", false, "w1");
    fails("resize", ErrorKind.HANDLER, "no", true, "w2");
    fails("resize", ErrorKind.HANDLER, "no", false, "w3");
    assertThat(failures.all())
        .containsExactly(
            new Failure("resize", ErrorKind.HANDLER, "no", 3, 1, 1_001, 1_003, 2, "w2"));
  }

  @Test
  void oneThatIsTriedAgainOrNotKeptAnyMoreCanNotBeRetried() {
    StoredTask first = fails("resize", ErrorKind.HANDLER, "no", true, "w1");
    StoredTask second = fails("resize", ErrorKind.HANDLER, "no", true, "w2");
    failures.gone(second);
    assertThat(failures.all())
        .containsExactly(
            new Failure("resize", ErrorKind.HANDLER, "no", 2, 1, 1_001, 1_002, 1, "w1"));
    failures.gone(first);
    assertThat(failures.all())
        .containsExactly(
            new Failure("resize", ErrorKind.HANDLER, "no", 2, 0, 1_001, 1_002, 2, "w2"));
    failures.see(second);
    assertThat(failures.all().get(0).failedTasks()).isOne();
  }

  @Test
  void whatWasNotCountedIsNotTakenAway() {
    StoredTask before = fails("resize", ErrorKind.HANDLER, "no", true, "w");
    StoredTask waits = fails("resize", ErrorKind.HANDLER, "no", false, "w");
    Failures later = new Failures();
    later.gone(before);
    now += 10;
    StoredTask counted = fails("resize", ErrorKind.HANDLER, "no", true, "w");
    later.see(counted);
    later.gone(before);
    later.gone(waits);
    assertThat(later.all().get(0).failedTasks()).isOne();
  }

  @Test
  void ofManyThatFailedTheLastAreKnownAndAllAreCounted() {
    List<StoredTask> all = new ArrayList<>();
    for (int i = 0; i <= Failures.MOST_TASKS; i++) {
      all.add(fails("resize", ErrorKind.HANDLER, "no", true, "w"));
    }
    all.subList(1, all.size()).forEach(failures::gone);
    assertThat(failures.all().get(0).failedTasks()).isOne();
    assertThat(failures.all().get(0).task()).isEqualTo(Failures.MOST_TASKS + 1);
  }

  @Test
  void typeKindAndMessageTellThemApartAndTheLastComesFirst() {
    fails("resize", ErrorKind.HANDLER, "no", false, "w");
    fails("crop", ErrorKind.HANDLER, "no", false, "w");
    fails("resize", ErrorKind.TIMEOUT, "no", false, "w");
    fails("resize", ErrorKind.HANDLER, "nono", false, "w");
    fails("resize", ErrorKind.HANDLER, "no", false, "w");
    assertThat(failures.all()).extracting(Failure::count).containsExactly(2L, 1L, 1L, 1L);
    assertThat(failures.all())
        .extracting(Failure::type)
        .containsExactly("resize", "resize", "resize", "crop");
  }

  @ParameterizedTest
  @CsvSource({"'', ''", "007, #", "a1b22c, a#b#c", "'#1', '#'"})
  void runsOfDigitsAreOne(String message, String shown) {
    fails(message);
    assertThat(failures.all().get(0).message()).isEqualTo(shown);
  }

  @Test
  void aLongMessageIsCutAndNoCharacterInTwo() {
    fails("x".repeat(Failures.MOST_MESSAGE - 1) + "\uD83D\uDE00 and so on");
    assertThat(failures.all().get(0).message()).isEqualTo("x".repeat(Failures.MOST_MESSAGE - 1));
  }

  @Test
  void whoeverHadNoWorkerNamesNone() {
    fails("resize", ErrorKind.EXPIRED, "it has expired", true, null);
    assertThat(failures.all().get(0).worker()).isNull();
  }

  @Test
  void theGroupThatWasNotSeenForLongestGoes() {
    for (int i = 0; i < Failures.MOST; i++) {
      fails("x".repeat(i + 1));
    }
    fails("x");
    fails("y");
    assertThat(failures.all()).hasSize(Failures.MOST);
    assertThat(failures.all())
        .extracting(Failure::message)
        .startsWith("y", "x")
        .doesNotContain("xx")
        .endsWith("xxx");
  }
}
