package dev.errand.systemtests;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.worker.api.BlockingTaskHandler;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskHandler;
import dev.errand.worker.api.TaskRejected;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Handlers that do what handlers should not. */
final class FaultyHandlers {

  private FaultyHandlers() {}

  public static final class Throwing implements TaskHandler {
    @Override
    public String type() {
      return "throwing";
    }

    @Override
    public Future<?> handle(TaskContext task) {
      throw new IllegalArgumentException("attempt " + task.attempt() + " does not like it");
    }
  }

  public static final class FailsTwice implements BlockingTaskHandler {
    @Override
    public String type() {
      return "fails-twice";
    }

    @Override
    public Object handle(TaskContext task) throws Exception {
      if (task.attempt() < 3) {
        throw new Exception("not yet");
      }
      return task.payload(JsonObject.class).put("attempt", task.attempt());
    }
  }

  public static final class Rejecting implements BlockingTaskHandler {
    @Override
    public String type() {
      return "rejecting";
    }

    @Override
    public Object handle(TaskContext task) {
      throw new TaskRejected("never");
    }
  }

  public static final class NeverAnswering implements TaskHandler {
    @Override
    public String type() {
      return "never-answering";
    }

    @Override
    public Future<?> handle(TaskContext task) {
      return Promise.promise().future();
    }
  }

  public static final class NotJson implements TaskHandler {
    @Override
    public String type() {
      return "not-json";
    }

    @Override
    public Future<?> handle(TaskContext task) {
      return Future.succeededFuture(
          "object".equals(task.payload()) ? new Object() : Bytes.of("{\"cut\":"));
    }
  }

  public static final class TooLarge implements BlockingTaskHandler {
    @Override
    public String type() {
      return "too-large";
    }

    @Override
    public Object handle(TaskContext task) {
      return "x".repeat(3_000_000);
    }
  }

  public static final class BlocksTheLoop implements TaskHandler {
    @Override
    public String type() {
      return "blocks-the-loop";
    }

    @Override
    public Future<?> handle(TaskContext task) {
      try {
        return Future.succeededFuture(new CountDownLatch(1).await(20, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        return Future.failedFuture(e);
      }
    }
  }

  public static final class Hanging implements BlockingTaskHandler {
    @Override
    public String type() {
      return "hanging";
    }

    @Override
    public Object handle(TaskContext task) throws InterruptedException {
      new CountDownLatch(1).await();
      return null;
    }
  }

  public static final class Submitting implements TaskHandler {
    @Override
    public String type() {
      return "submitting";
    }

    @Override
    public Future<?> handle(TaskContext task) {
      task.progress(0.5, "half");
      return task.submit(TaskRequest.of("square", 7)).map(Task::id);
    }
  }
}
