package dev.errand.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.Taken;
import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.dispatcher.store.TaskQuery;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What those do who are not on the bus; no worker is there. */
@ExtendWith(VertxExtension.class)
class DispatchCommandsTest {

  private static final int MOST_QUEUED = 30_000;
  private static final TaskRequest SQUARE = TaskRequest.of("square", 7);
  private static final TaskRequest BAD = TaskRequest.of("square", "x".repeat(100));

  private EventLoop loop;
  private Dispatch dispatch;

  @BeforeEach
  void open(Vertx vertx) {
    Context context = vertx.getOrCreateContext();
    loop = new EventLoop(context);
    dispatch =
        loop.run(
            () ->
                new Dispatch(
                    MemoryTurns.open(
                        context,
                        MemoryTurns.limits(100, MOST_QUEUED),
                        MemoryTurns.DEFAULTS,
                        (node, peer, frame) -> {})));
  }

  private long submit(TaskRequest request) {
    return loop.get(() -> dispatch.submit(request)).id();
  }

  private void submitEach(TaskRequest request, int times) {
    List<TaskRequest> all = IntStream.range(0, times).mapToObj(any -> request).toList();
    assertThat(loop.get(() -> dispatch.submitEach(all))).allMatch(taken -> taken.refusal() == null);
  }

  private Task find(long id) {
    return loop.get(() -> dispatch.find(id));
  }

  private long submitted() {
    return loop.run(dispatch::snapshot).ledger().submitted();
  }

  @Test
  void aTaskIsTakenOrRefused() {
    assertThat(find(submit(SQUARE)).state()).isEqualTo(TaskState.QUEUED);
    assertThatThrownBy(() -> submit(BAD)).hasRootCauseInstanceOf(RefusedException.class);
    assertThat(submitted()).isOne();
  }

  @Test
  void ofManyEachIsTakenByItself() {
    List<Taken> taken = loop.get(() -> dispatch.submitEach(List.of(SQUARE, BAD, SQUARE)));
    assertThat(taken).extracting(each -> each.refusal() == null).containsExactly(true, false, true);
    assertThat(find(taken.get(2).id()).state()).isEqualTo(TaskState.QUEUED);
    assertThat(submitted()).isEqualTo(2);
  }

  @Test
  void ofAllNoneIsTakenIfOneIsBad() {
    List<Taken> taken = loop.get(() -> dispatch.submitAll(List.of(SQUARE, BAD, SQUARE)));
    assertThat(taken.get(0)).isNull();
    assertThat(taken.get(1).refusal()).isNotNull();
    assertThat(taken.get(2)).isNull();
    assertThat(submitted()).isZero();
  }

  @Test
  void ofAllNoneIsTakenIfThereIsNoRoomForTheLast() {
    submitEach(SQUARE, MOST_QUEUED - 1);
    List<Taken> taken = loop.get(() -> dispatch.submitAll(List.of(SQUARE, SQUARE)));
    assertThat(taken).hasSize(2).allMatch(each -> each.refusal() != null);
    assertThat(submitted()).isEqualTo(MOST_QUEUED - 1);
    assertThat(loop.get(() -> dispatch.submitAll(List.of(SQUARE))))
        .allMatch(each -> each.refusal() == null);
  }

  @Test
  void whoWaitsForATaskIsToldOfItsEnd() {
    long id = submit(SQUARE);
    Future<Task> first = loop.run(() -> dispatch.await(id, 60_000).end());
    Future<Task> second = loop.run(() -> dispatch.await(id, 60_000).end());
    assertThat(first.isComplete()).isFalse();
    loop.get(() -> dispatch.cancel(id));
    assertThat(loop.get(() -> first).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(loop.get(() -> second).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(loop.get(() -> dispatch.await(id, 60_000).end()).state())
        .isEqualTo(TaskState.CANCELLED);
  }

  @Test
  void whoHasWaitedForLongEnoughIsToldHowTheTaskStands() {
    long id = submit(SQUARE);
    assertThat(loop.get(() -> dispatch.await(id, 10).end()).state()).isEqualTo(TaskState.QUEUED);
    assertThat(loop.get(() -> dispatch.await(id, 0).end()).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void nobodyWaitsForATaskThatIsNotThere() {
    assertThat(loop.get(() -> dispatch.await(77, 60_000).end())).isNull();
  }

  @Test
  void allThatAQueryFindsAreCancelledAndTriedAgainPageByPage() {
    submitEach(SQUARE, 50);
    submitEach(TaskRequest.of("echo", 1), 20);
    TaskQuery squares = TaskQuery.newest(7).ofType("square");
    assertThat(loop.get(() -> dispatch.cancelAll(squares))).isEqualTo(50);
    assertThat(loop.get(() -> dispatch.cancelAll(squares))).isZero();
    assertThat(loop.run(dispatch::snapshot).ledger().queued()).isEqualTo(20);
    TaskQuery all = TaskQuery.newest(7);
    assertThat(loop.get(() -> dispatch.retryAll(all))).isEqualTo(50);
    assertThat(loop.get(() -> dispatch.retryAll(all))).isZero();
    assertThat(loop.run(dispatch::snapshot).ledger().queued()).isEqualTo(70);
  }

  /** Whose every future is complete at once: the stack must not grow with them. */
  @Test
  void manyPagesWithoutAnythingToDoArePassedOver() {
    submitEach(SQUARE, 20_000);
    assertThat(loop.get(() -> dispatch.retryAll(TaskQuery.newest(1)))).isZero();
  }

  @Test
  void aTypeIsSetAsFarAsIsSaid() {
    assertThat(loop.get(() -> dispatch.set("square", true, null)))
        .extracting(TypeSettings::paused, TypeSettings::limit)
        .containsExactly(true, 0);
    assertThat(loop.get(() -> dispatch.set("square", null, 3)))
        .extracting(TypeSettings::paused, TypeSettings::limit)
        .containsExactly(true, 3);
    assertThat(loop.get(() -> dispatch.set("square", false, null)))
        .extracting(TypeSettings::paused, TypeSettings::limit)
        .containsExactly(false, 3);
    assertThatThrownBy(() -> loop.get(() -> dispatch.set("square", null, -1)))
        .hasRootCauseInstanceOf(RefusedException.class);
  }

  @Test
  void aWorkerThatIsNotThereIsNotDrained() {
    assertThat(loop.run(() -> dispatch.drain("3a"))).isNull();
    assertThat(loop.run(() -> dispatch.drain("no id"))).isNull();
  }

  @Test
  void theRecordOfATaskHasWhatHappenedWhetherItHasEndedOrNot() {
    long id = submit(SQUARE);
    assertThat(loop.get(() -> dispatch.record(id)).state()).isEqualTo(TaskState.QUEUED);
    loop.get(() -> dispatch.cancel(id));
    StoredTask ended = loop.get(() -> dispatch.record(id));
    assertThat(ended.state()).isEqualTo(TaskState.CANCELLED);
    assertThat(ended.spec().payload().text()).isEqualTo("7");
    assertThat(loop.get(() -> dispatch.record(77))).isNull();
  }

  @Test
  void ofABatchThoseThatHaveEndedAreGivenWithTheirPayloads() {
    List<Long> ids = new ArrayList<>();
    for (int line = 1; line <= 3; line++) {
      ids.add(submit(TaskRequest.of("square", line).withBatch(new BatchPlace("b", line))));
    }
    submit(SQUARE);
    loop.get(() -> dispatch.cancel(ids.get(0)));
    loop.get(() -> dispatch.cancel(ids.get(2)));
    assertThat(loop.get(() -> dispatch.ended("b", Long.MAX_VALUE, 100, 4 << 20)).tasks())
        .extracting(task -> task.spec().payload().text())
        .containsExactly("3", "1");
    assertThat(loop.get(() -> dispatch.ended("b", ids.get(2), 100, 4 << 20)).tasks())
        .extracting(task -> task.spec().payload().text())
        .containsExactly("1");
    assertThat(loop.get(() -> dispatch.ended("none", Long.MAX_VALUE, 100, 4 << 20)).tasks())
        .isEmpty();
  }

  @Test
  void anObserverSeesAllChangesUntilItIsForgotten() {
    List<TaskState> seen = new ArrayList<>();
    Consumer<Changes> observer = changes -> changes.tasks().forEach(task -> seen.add(task.state()));
    loop.run(
        () -> {
          dispatch.observe(observer);
          return null;
        });
    long id = submit(SQUARE);
    loop.get(() -> dispatch.cancel(id));
    loop.run(
        () -> {
          dispatch.forget(observer);
          return null;
        });
    submit(SQUARE);
    assertThat(seen).containsExactly(TaskState.QUEUED, TaskState.CANCELLED);
  }
}
