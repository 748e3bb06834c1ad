package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Terms;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.WorkerHello;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** However many sets of labels are asked for: what nobody serves is not looked at. */
class TaskTypeTest {

  private static final Map<String, String> IN_A = Map.of("zone", "a");
  private static final Offer OFFER = new Offer("any", Pool.EVENT_LOOP, 0);

  private final Tasks tasks =
      new Tasks(CoreSettings.Window.ALL, new TimingWheel(0), new SplittableRandom(1), new Turns());
  private final TaskType type = tasks.types().get("any");

  private LiveTask task(Map<String, String> require) {
    TaskSpec spec =
        new TaskSpec(1, "any", Bytes.of("1"), Terms.NONE.withRequire(require), null, null, 0);
    return new LiveTask(spec, type.queue(require));
  }

  private WorkerPeer worker(Map<String, String> labels) {
    WorkerHello hello =
        new WorkerHello("w", "node", new Credit(0, 1), List.of(OFFER), labels, List.of(), false);
    WorkerPeer worker = new WorkerPeer(hello, new Session(1, 1, 1, 1, 1), 0);
    type.add(new TaskType.Provider(worker, OFFER));
    return worker;
  }

  @Test
  void whatNobodyServesIsNotGrantable() {
    worker(Map.of("zone", "b"));
    LiveTask task = task(IN_A);
    task.queue.addLast(task);
    assertThat(type.grantable()).isEmpty();
    WorkerPeer right = worker(IN_A);
    assertThat(type.grantable()).containsExactly(task.queue);
    right.offerings.forEach(type::withdraw);
    assertThat(type.grantable()).isEmpty();
  }

  @Test
  void whereNoTaskWaitsNothingIsGrantable() {
    worker(IN_A);
    LiveTask task = task(IN_A);
    assertThat(type.grantable()).isEmpty();
    task.queue.addLast(task);
    assertThat(type.grantable()).containsExactly(task.queue);
    task.queue.remove(task);
    assertThat(type.grantable()).isEmpty();
  }

  @Test
  void whatRequiresNothingIsNoneOfThem() {
    worker(IN_A);
    LiveTask task = task(Map.of());
    task.queue.addLast(task);
    assertThat(type.grantable()).isEmpty();
    assertThat(type.size()).isOne();
  }
}
