package dev.errand.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.VirtualClient;
import dev.errand.dispatcher.store.DiskTaskStore;
import dev.errand.dispatcher.store.TaskQuery;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.WaitingFor;
import dev.errand.protocol.link.DispatcherLink;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tasks are found, listed and cancelled whether the core has them, or only the store. */
@ExtendWith(VertxExtension.class)
class DispatchOnDiskTest {

  private static final int TASKS = 40;
  private static final int WINDOW = 5;

  @TempDir Path folder;

  private final List<String> ids = new ArrayList<>();
  private Context context;
  private DiskTaskStore store;
  private TurnLoop turns;
  private Dispatch dispatch;
  private VirtualClient client;

  @BeforeEach
  void open(Vertx vertx) throws Exception {
    context = vertx.getOrCreateContext();
    store =
        DiskTaskStore.open(
            new StoreSettings(
                StoreSettings.Kind.DISK, folder, Duration.ofHours(1), Duration.ofHours(1), 1 << 30),
            step -> context.runOnContext(any -> step.run()),
            System::currentTimeMillis);
    onLoop(
        () -> {
          DispatcherCore core =
              new DispatcherCore(
                  new CoreSettings(
                      VirtualClient.CLUSTER,
                      store.id(),
                      store.epoch(),
                      new CoreSettings.Limits(100, 100, 1_000, 1 << 20),
                      new CoreSettings.Defaults(1_000, 3, 1_000),
                      CoreSettings.Timings.USUAL,
                      new CoreSettings.Window(WINDOW, Long.MAX_VALUE, Long.MAX_VALUE)),
                  payload -> null,
                  new SplittableRandom(1),
                  (node, peer, frame) -> client.link().receive(frame, System.nanoTime()),
                  TurnLoop.now());
          store.start();
          turns = new TurnLoop(context, core, store, failure -> {});
          dispatch = new Dispatch(turns);
          client = new VirtualClient(5, new Port());
          client.link().tick(System.nanoTime());
          return null;
        });
    submit();
  }

  private void submit() throws Exception {
    onLoop(
        () -> {
          for (int i = 0; i < TASKS; i++) {
            client.submit(TaskRequest.of(i % 2 == 0 ? "even" : "odd", i));
          }
          client.link().flush();
          return null;
        });
    Await.until(() -> onLoop(() -> client.answers().size() == TASKS));
    onLoop(() -> client.answers().values()).forEach(answer -> ids.add(TaskId.text(answer.id())));
  }

  @AfterEach
  void close() throws Exception {
    get(store::close);
  }

  private final class Port implements DispatcherLink.Port {

    @Override
    public void send(byte[] frame) {
      turns.receive(frame);
    }

    @Override
    public void request(byte[] frame, int answerMillis) {
      client.link().answer(turns.request(frame), System.nanoTime());
    }
  }

  private <T> T onLoop(Callable<T> step) {
    return new EventLoop(context).run(step);
  }

  private <T> T get(Callable<Future<T>> call) {
    return new EventLoop(context).get(call);
  }

  private List<String> list(TaskState state, String type, long before, int limit) throws Exception {
    TaskQuery query = new TaskQuery(state, type, null, before, limit, 0);
    return get(() -> dispatch.list(query)).tasks().stream().map(Task::id).toList();
  }

  private Task find(String id) throws Exception {
    return get(() -> dispatch.find(TaskId.parse(id)));
  }

  @Test
  void theNewestAreListedFirstPageByPage() throws Exception {
    List<String> newest = new ArrayList<>(ids);
    Collections.reverse(newest);
    assertThat(list(null, null, Long.MAX_VALUE, 100)).isEqualTo(newest);
    assertThat(list(null, null, TaskId.parse(newest.get(9)), 10)).isEqualTo(newest.subList(10, 20));
    List<String> odd = newest.stream().filter(id -> ids.indexOf(id) % 2 == 1).toList();
    assertThat(list(TaskState.QUEUED, "odd", Long.MAX_VALUE, 100)).isEqualTo(odd);
    assertThat(list(TaskState.RUNNING, null, Long.MAX_VALUE, 100)).isEmpty();
    assertThat(list(null, "none", Long.MAX_VALUE, 100)).isEmpty();
  }

  @Test
  void whyATaskWaitsIsSeenWhereverItIs() throws Exception {
    for (String id : ids) {
      Task task = find(id);
      assertThat(task.state()).isEqualTo(TaskState.QUEUED);
      assertThat(task.waitingFor().code()).isEqualTo(WaitingFor.Code.NO_WORKER);
    }
    assertThat(find(TaskId.text(7))).isNull();
  }

  @Test
  void eachIsCancelledWhereverItIsAndOnce() throws Exception {
    for (String id : ids) {
      long number = TaskId.parse(id);
      List<Future<Task>> twice =
          onLoop(() -> List.of(dispatch.cancel(number), dispatch.cancel(number)));
      Task cancelled = get(() -> twice.get(0));
      assertThat(cancelled.state()).isEqualTo(TaskState.CANCELLED);
      Await.until(twice.get(1)::isComplete);
      assertThat(twice.get(1).cause()).isInstanceOf(RefusedException.class);
    }
    assertThat(onLoop(() -> dispatch.snapshot().ledger().cancelled())).isEqualTo(TASKS);
    assertThat(list(TaskState.CANCELLED, null, Long.MAX_VALUE, 100)).hasSize(TASKS);
    assertThat(list(TaskState.QUEUED, null, Long.MAX_VALUE, 100)).isEmpty();
  }
}
