package dev.errand.worker;

import static dev.errand.worker.Tasks.loop;

import dev.errand.worker.api.TaskHandler;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;

/**
 * A rig, which the test makes with the handlers it needs, and a handler that waits until the test
 * completes what it waits for.
 */
abstract class LoopFixture {

  Rig rig;

  /** What attempts wait for, by the ids of their tasks. */
  final Map<String, Promise<Object>> promises = new ConcurrentHashMap<>();

  final TaskHandler waits =
      loop(
          "waits",
          task -> {
            Promise<Object> promise = Promise.promise();
            promises.put(task.taskId(), promise);
            return promise.future();
          });

  @AfterEach
  void close() {
    rig.close();
  }

  /** Starts so many, and waits until all of them wait. */
  List<Long> runWaiting(int count) {
    List<Long> leases = new ArrayList<>();
    int before = promises.size();
    for (int i = 0; i < count; i++) {
      leases.add(rig.run("waits"));
    }
    Rig.await(() -> promises.size() == before + count);
    return leases;
  }

  void completeWaiting() {
    promises.values().forEach(promise -> promise.tryComplete("there"));
    promises.clear();
  }
}
