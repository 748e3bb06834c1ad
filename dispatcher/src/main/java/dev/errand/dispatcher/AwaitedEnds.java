package dev.errand.dispatcher;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.protocol.Task;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Whoever on this node waits for the end of a task. Owner: the dispatcher's event loop. */
final class AwaitedEnds implements Consumer<Changes> {

  private final Context context;
  private final Long2ObjectOpenHashMap<List<Promise<Task>>> waiting =
      new Long2ObjectOpenHashMap<>();

  AwaitedEnds(Context context) {
    this.context = context;
  }

  @Override
  public void accept(Changes changes) {
    if (waiting.isEmpty()) {
      return;
    }
    for (StoredTask task : changes.tasks()) {
      if (task.state().terminal()) {
        List<Promise<Task>> all = waiting.remove(task.spec().id());
        if (all != null) {
          Task ended = task.view();
          all.forEach(promise -> promise.tryComplete(ended));
        }
      }
    }
  }

  /**
   * Waits for a task's end, or until that time is over.
   *
   * @param look for the task as it stands; null if there is none
   */
  Awaited await(long id, long millis, Supplier<Future<Task>> look) {
    // Before anything is asked: its end must not fall in between.
    Promise<Task> promise = Promise.promise();
    waiting.computeIfAbsent(id, any -> new ArrayList<>(1)).add(promise);
    Future<Task> looked =
        look.get()
            .onComplete(
                task -> {
                  if (task == null || task.state().terminal()) {
                    promise.tryComplete(task);
                  }
                },
                promise::tryFail);
    if (promise.future().isComplete()) {
      forget(id, promise);
      return new Awaited(promise.future(), looked, () -> {});
    }
    long over =
        context
            .owner()
            .setTimer(
                Math.max(1, millis),
                any -> look.get().onComplete(promise::tryComplete, promise::tryFail));
    Runnable done =
        () -> {
          context.owner().cancelTimer(over);
          forget(id, promise);
        };
    return new Awaited(promise.future().onComplete(any -> done.run()), looked, done);
  }

  /** How many wait. */
  int count() {
    return waiting.values().stream().mapToInt(List::size).sum();
  }

  private void forget(long id, Promise<Task> promise) {
    List<Promise<Task>> all = waiting.get(id);
    if (all != null && all.remove(promise) && all.isEmpty()) {
      waiting.remove(id);
    }
  }
}
