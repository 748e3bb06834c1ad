package dev.errand.dispatcher;

import dev.errand.dispatcher.store.TaskQuery;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/**
 * One command for all tasks that a query finds: a page of them in a pass of the event loop, so that
 * others have their turn in between. Owner: the dispatcher's event loop.
 */
final class Sweep {

  private final Context context;
  private final Function<TaskQuery, Future<Dispatch.Page>> list;
  private final LongFunction<Future<Task>> command;
  private final Promise<Long> done = Promise.promise();
  private long count;

  Sweep(
      Context context,
      Function<TaskQuery, Future<Dispatch.Page>> list,
      LongFunction<Future<Task>> command) {
    this.context = context;
    this.list = list;
    this.command = command;
  }

  /**
   * Goes through them, once.
   *
   * @return of how many that are wanted the command was not refused
   */
  Future<Long> over(TaskQuery query, Predicate<Task> wanted) {
    list.apply(query)
        .compose(page -> act(page, wanted))
        .onComplete(
            next -> {
              if (next == 0) {
                done.complete(count);
              } else {
                context.runOnContext(any -> over(query.after(next), wanted));
              }
            },
            done::fail);
    return done.future();
  }

  /** Gives what the next page is behind; 0: there is none. */
  private Future<Long> act(Dispatch.Page page, Predicate<Task> wanted) {
    List<Future<Long>> all =
        page.tasks().stream()
            .filter(wanted)
            .map(task -> command.apply(TaskId.parse(task.id())).map(1L).recover(Sweep::none))
            .toList();
    return Future.all(all)
        .map(
            each -> {
              count += each.<Long>list().stream().mapToLong(Long::longValue).sum();
              return page.next();
            });
  }

  /** What is refused has changed since it was listed. */
  private static Future<Long> none(Throwable failure) {
    return failure instanceof RefusedException
        ? Future.succeededFuture(0L)
        : Future.failedFuture(failure);
  }
}
