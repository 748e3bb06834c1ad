package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.systemtests.Order.Then;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The checker is content with what may be, and with nothing else. */
class CheckerTest {

  private final Recording recording = new Recording();
  private final Order square = order("one", "square", 3, "\"3 * 3 = 9\"");
  private final Order keyed =
      new Order(
          "key",
          TaskRequest.of("echo", 4).withIdempotencyKey("key"),
          "4",
          Set.of(ErrorKind.TIMEOUT),
          Then.WAIT);

  private static Order order(String name, String type, Object payload, String result) {
    return new Order(name, TaskRequest.of(type, payload), result, Set.of(), Then.WAIT);
  }

  /** As it reads from outside. */
  private static Task task(String id, Order order, TaskState state, long finished) {
    return new Task(
        id,
        order.request().type(),
        state,
        order.request().payload(),
        state == TaskState.SUCCEEDED ? Bytes.of(order.result()) : null,
        state == TaskState.FAILED ? new TaskError(ErrorKind.TIMEOUT, "too slow") : null,
        new Task.Attempts(1, 3, "worker"),
        new Task.Times(1, 2, finished),
        4,
        null,
        null,
        null);
  }

  private static Task succeeded(String id, Order order) {
    return task(id, order, TaskState.SUCCEEDED, 5);
  }

  private void books(long submitted, long queued, long succeeded, long failed) {
    recording.add(
        new Event.Read(recording.size(), new Books(submitted, 0, queued, 0, succeeded, failed, 0)));
  }

  private void found(String id, Task task) {
    recording.add(new Event.Found(recording.size(), id, task));
  }

  private String submit(Order order, String id) {
    recording.add(new Event.Acknowledged(recording.submitted(order), id));
    return id;
  }

  private Verdict verdict() {
    return Checker.check(recording.events());
  }

  /** A day on which all goes well: one task, looked at twice, and one that is submitted twice. */
  @BeforeEach
  void aGoodDay() {
    submit(square, "a");
    recording.add(new Event.Ended("a", succeeded("a", square)));
    recording.add(new Event.Unanswered(recording.submitted(keyed), "who knows"));
    submit(keyed, "b");
    books(2, 1, 1, 0);
    submit(keyed, "b");
    recording.add(new Event.Ended("b", succeeded("b", keyed)));
    found("a", succeeded("a", square));
    found("b", succeeded("b", keyed));
    books(2, 0, 2, 0);
  }

  @Test
  void aGoodDayIsFine() {
    assertThat(verdict().fine()).as(verdict().toString()).isTrue();
    assertThat(verdict().counted()).isEqualTo(new Verdict.Counted(4, 1, 2, 2, 4, 0, 2));
  }

  @Test
  void whatHadNoAnswerMayBeThereAndMayNot() {
    recording.add(new Event.Unanswered(recording.submitted(order("x", "echo", 1, "1")), "?"));
    assertThat(verdict().fine()).isTrue();
    books(3, 0, 3, 0);
    assertThat(verdict().fine()).isTrue();
  }

  @Test
  void anAcknowledgedTaskThatIsNotThereIsLost() {
    submit(order("x", "echo", 1, "1"), "c");
    found("c", null);
    assertThat(verdict().lost()).containsExactly("c: no such task, of x");
    assertThat(verdict().fine()).isFalse();
  }

  @Test
  void anEndedTaskThatIsNotThereLaterIsLost() {
    found("a", null);
    assertThat(verdict().lost()).hasSize(1);
  }

  @Test
  void aTaskThatItsClientIsToldToBeGoneIsLost() {
    recording.add(new Event.Gone("a"));
    assertThat(verdict().lost()).hasSize(1);
  }

  @Test
  void twoOrdersWithOneIdAreALoss() {
    submit(order("x", "echo", 1, "1"), "a");
    assertThat(verdict().lost()).hasSize(1);
  }

  @Test
  void anAcknowledgedTaskThatNobodyLookedForIsNotKnownToHaveEnded() {
    submit(order("x", "echo", 1, "1"), "c");
    assertThat(verdict().unfinished()).containsExactly("c: nobody looked for it");
  }

  @Test
  void aTaskThatHasNotEndedIsUnfinished() {
    submit(order("x", "echo", 1, "1"), "c");
    found("c", task("c", order("x", "echo", 1, "1"), TaskState.QUEUED, 0));
    assertThat(verdict().unfinished()).hasSize(1);
  }

  @Test
  void aTaskThatIsOpenInTheLastBooksIsUnfinishedWhosesoeverItIs() {
    recording.add(new Event.Unanswered(recording.submitted(order("x", "echo", 1, "1")), "?"));
    books(3, 1, 2, 0);
    assertThat(verdict().unfinished()).hasSize(1);
  }

  @Test
  void aStrangerIsUnexpected() {
    recording.add(new Event.Ended("z", succeeded("z", square)));
    assertThat(verdict().unexpected()).hasSize(1);
    found("y", succeeded("y", square));
    assertThat(verdict().unexpected()).hasSize(2);
  }

  @Test
  void aStrangerInTheBooksIsUnexpected() {
    books(3, 0, 3, 0);
    assertThat(verdict().unexpected()).containsExactly("the books have 3 tasks of 2");
  }

  @Test
  void whatWasRefusedIsNotToBeInTheBooks() {
    recording.add(new Event.Refused(recording.submitted(order("x", "echo", 1, "1")), "full"));
    books(3, 0, 3, 0);
    assertThat(verdict().unexpected()).hasSize(1);
  }

  @Test
  void aTaskWithAnothersPayloadIsUnexpected() {
    found("a", succeeded("a", order("x", "square", 4, "\"3 * 3 = 9\"")));
    assertThat(verdict().unexpected()).hasSize(1);
  }

  @Test
  void aSecondEndIsADouble() {
    found("b", task("b", keyed, TaskState.FAILED, 6));
    assertThat(verdict().twice()).hasSize(1);
  }

  @Test
  void theSameEndAtAnotherTimeIsADouble() {
    recording.add(new Event.Ended("a", task("a", square, TaskState.SUCCEEDED, 6)));
    assertThat(verdict().twice()).hasSize(1);
  }

  @Test
  void aTaskThatRunsAfterItsEndIsADouble() {
    found("a", task("a", square, TaskState.RUNNING, 0));
    found("a", succeeded("a", square));
    assertThat(verdict().twice()).containsExactly("a: it had ended, and is RUNNING");
  }

  @Test
  void oneKeyWithTwoIdsIsADouble() {
    submit(keyed, "c");
    found("c", succeeded("c", keyed));
    assertThat(verdict().twice()).containsExactly("key is b and c");
  }

  @Test
  void aResultThatIsNotRightIsWrong() {
    Order other = order("x", "square", 3, "\"3 * 3 = 10\"");
    submit(square, "a");
    recording.add(new Event.Ended("a", succeeded("a", other)));
    assertThat(verdict().wrong()).hasSize(1);
  }

  @Test
  void aFailureThatCanNotBeIsWrongAndOneThatCanIsNot() {
    Order fails = new Order("x", keyed.request(), "4", Set.of(ErrorKind.TIMEOUT), Then.WAIT);
    submit(fails, "c");
    found("c", task("c", fails, TaskState.FAILED, 6));
    assertThat(verdict().fine()).isTrue();
    Order doesNot = new Order("y", keyed.request(), "4", Set.of(), Then.WAIT);
    submit(doesNot, "d");
    found("d", task("d", doesNot, TaskState.FAILED, 6));
    assertThat(verdict().wrong()).hasSize(1);
    assertThat(verdict().twice()).isEmpty();
  }

  @Test
  void aTaskThatIsTriedAgainHasTwoEndsAndNotTheFirstOneInTheEnd() {
    Order again = new Order("x", TaskRequest.of("echo", 1), "1", Set.of(), Then.RETRY);
    submit(again, "c");
    Task first = succeeded("c", again);
    recording.add(new Event.Ended("c", first));
    recording.add(new Event.Retrying("c"));
    recording.add(new Event.Retried("c"));
    found("c", task("c", again, TaskState.RUNNING, 0));
    found("c", task("c", again, TaskState.SUCCEEDED, 9));
    assertThat(verdict().fine()).as(verdict().toString()).isTrue();
    found("c", first);
    assertThat(verdict().lost()).containsExactly("c: that it is tried again");
    found("c", task("c", again, TaskState.SUCCEEDED, 10));
    assertThat(verdict().twice()).hasSize(1);
  }

  @Test
  void booksThatDoNotAddUpAreFound() {
    books(2, 1, 2, 0);
    assertThat(verdict().books()).hasSize(1);
  }

  @Test
  void booksWithoutWhatWasAcknowledgedOrHasEndedAreFound() {
    books(1, 0, 1, 0);
    assertThat(verdict().books()).hasSize(1);
    books(2, 0, 1, 1);
    assertThat(verdict().books()).hasSize(2);
  }

  @Test
  void whatWasAcknowledgedWhileTheBooksWereReadMayBeMissingThere() {
    int since = recording.size();
    Order late = order("x", "echo", 1, "1");
    submit(late, "c");
    recording.add(new Event.Read(since, new Books(2, 0, 0, 0, 2, 0, 0)));
    found("c", succeeded("c", late));
    assertThat(verdict().fine()).isTrue();
  }

  @Test
  void aTaskThatMayRunOnceAndRanTwiceIsFound() {
    Order once =
        new Order("once", TaskRequest.of("note", 1).withMaxAttempts(1), "1", Set.of(), Then.WAIT);
    submit(once, "c");
    found("c", succeeded("c", once));
    assertThat(verdict().wrong()).containsExactly("c: it succeeded, and did not run");
    recording.add(new Event.Ran("once"));
    assertThat(verdict().fine()).isTrue();
    recording.add(new Event.Ran("once"));
    assertThat(verdict().twice()).containsExactly("once: it may run once, and ran 2 times");
  }

  @Test
  void aTaskThatMayRunAgainMayRunTwiceAndAStrangerNotAtAll() {
    recording.add(new Event.Ran("one"));
    recording.add(new Event.Ran("one"));
    assertThat(verdict().fine()).isTrue();
    recording.add(new Event.Ran("nobody's"));
    assertThat(verdict().unexpected()).hasSize(1);
  }
}
