package dev.errand.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.EndedTasks;
import dev.errand.dispatcher.core.Refusal;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskState;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tasks are cancelled and tried again, and the answer is durable. */
class CancelAndRetryTest extends DispatchFixture {

  private void assertRefused(Future<Task> answer, Refusal.Kind kind) {
    await(answer::isComplete);
    assertThat(answer.cause())
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.refusal().kind()).isEqualTo(kind));
  }

  /** What a store that keeps everything says. */
  private void tellLastEnd(int read, long id) {
    onLoop(
        () -> {
          StoredTask last = null;
          for (Changes changes : store.appended) {
            for (StoredTask task : changes.tasks()) {
              last = task.spec().id() == id && task.state().terminal() ? task : last;
            }
          }
          return store.reads.get(read).tryComplete(last);
        });
  }

  @Test
  void aCancellationIsAnsweredWhenItIsDurable() {
    long id = queued();
    Future<Task> cancelled = onLoop(() -> dispatch.cancel(id));
    awaitAppends(2);
    passTurns();
    assertThat(cancelled.isComplete()).isFalse();
    complete(1);
    awaitReads(1);
    tellLastEnd(0, id);
    await(cancelled::isComplete);
    assertThat(cancelled.result().state()).isEqualTo(TaskState.CANCELLED);
  }

  @Test
  void whatIsBeingCancelledCannotBeCancelledAgain() {
    long id = queued();
    Future<Task> first = onLoop(() -> dispatch.cancel(id));
    assertRefused(onLoop(() -> dispatch.cancel(id)), Refusal.Kind.CONFLICT);
    assertThat(first.isComplete()).isFalse();
  }

  @Test
  void whatHasEndedCannotBeCancelled() {
    Future<Task> answer = onLoop(() -> dispatch.cancel(8));
    onLoop(() -> store.reads.get(0).tryComplete(EndedTasks.succeeded(8, 9, "7", "49")));
    assertRefused(answer, Refusal.Kind.CONFLICT);
    assertThat(answer.cause()).hasMessageEndingWith("has ended: it succeeded");
  }

  @Test
  void whatNeverWasCanNeitherBeCancelledNorTriedAgain() {
    Future<Task> cancelled = onLoop(() -> dispatch.cancel(8));
    Future<Task> retried = onLoop(() -> dispatch.retry(8));
    onLoop(() -> store.reads.get(0).tryComplete());
    onLoop(() -> store.reads.get(1).tryComplete());
    assertRefused(cancelled, Refusal.Kind.UNKNOWN);
    assertRefused(retried, Refusal.Kind.UNKNOWN);
  }

  @Test
  void aRetryIsAnsweredWhenItIsDurable() {
    Future<Task> retried = onLoop(() -> dispatch.retry(8));
    onLoop(() -> store.reads.get(0).tryComplete(EndedTasks.succeeded(8, 9, "7", "49")));
    awaitAppends(1);
    passTurns();
    assertThat(retried.isComplete()).isFalse();
    complete(0);
    await(retried::isComplete);
    assertThat(retried.result().state()).isEqualTo(TaskState.QUEUED);
    assertThat(retried.result().attempt()).isZero();
  }

  @Test
  void aTaskThatIsForgottenWhenItsRetryHasBegunIsToldOfOnce() {
    List<Long> retried = new ArrayList<>();
    List<Long> forgotten = new ArrayList<>();
    onLoop(
        () -> {
          dispatch.observe(
              changes -> changes.retried().forEach(task -> retried.add(task.spec().id())));
          dispatch.observeForgotten(task -> forgotten.add(task.spec().id()));
          return null;
        });
    StoredTask ended = EndedTasks.succeeded(8, 9, "7", "49");
    onLoop(() -> dispatch.retry(8));
    onLoop(() -> store.reads.get(0).tryComplete(ended));
    awaitAppends(1);
    onLoop(
        () -> {
          store.forgotten.accept(ended.bare());
          store.forgotten.accept(EndedTasks.succeeded(7, 9, "7", "49").bare());
          return null;
        });
    complete(0);
    passTurns();
    assertThat(retried).containsExactly(8L);
    assertThat(forgotten).containsExactly(7L);
  }

  @Test
  void aTaskIsTriedAgainOnceAtATime() {
    Future<Task> first = onLoop(() -> dispatch.retry(8));
    assertRefused(onLoop(() -> dispatch.retry(8)), Refusal.Kind.CONFLICT);
    onLoop(() -> store.reads.get(0).tryComplete(EndedTasks.succeeded(8, 9, "7", "49")));
    awaitAppends(1);
    assertRefused(onLoop(() -> dispatch.retry(8)), Refusal.Kind.CONFLICT);
    complete(0);
    await(first::isComplete);
    assertRefused(onLoop(() -> dispatch.retry(8)), Refusal.Kind.CONFLICT);
    assertThat(onLoop(() -> store.reads)).hasSize(1);
  }

  @Test
  void aRetryThatWasRefusedCanBeTriedAgain() {
    Future<Task> first = onLoop(() -> dispatch.retry(8));
    onLoop(() -> store.reads.get(0).tryComplete());
    assertRefused(first, Refusal.Kind.UNKNOWN);
    onLoop(() -> dispatch.retry(8));
    assertThat(onLoop(() -> store.reads)).hasSize(2);
  }

  @Test
  void aLiveTaskCannotBeTriedAgain() {
    long id = queued();
    assertRefused(onLoop(() -> dispatch.retry(id)), Refusal.Kind.CONFLICT);
  }
}
