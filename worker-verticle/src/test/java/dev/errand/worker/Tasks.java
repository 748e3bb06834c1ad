package dev.errand.worker;

import dev.errand.worker.api.BlockingTaskHandler;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskHandler;
import io.vertx.core.Future;
import java.util.function.Function;

/** Handlers from lambdas. */
final class Tasks {

  private Tasks() {}

  /** What a blocking handler does. */
  interface Work {
    Object on(TaskContext task) throws Exception;
  }

  static TaskHandler loop(String type, Function<TaskContext, Future<?>> work) {
    return new TaskHandler() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public Future<?> handle(TaskContext task) {
        return work.apply(task);
      }
    };
  }

  static BlockingTaskHandler blocking(String type, Work work) {
    return new BlockingTaskHandler() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public Object handle(TaskContext task) throws Exception {
        return work.on(task);
      }
    };
  }

  /** Throws anything without a throws clause. */
  @SuppressWarnings("unchecked")
  static <T extends Throwable> T sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
