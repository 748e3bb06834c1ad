package dev.errand.dispatcher.web;

import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.store.TaskQuery;
import dev.errand.protocol.JsonBytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskText;
import io.vertx.core.Future;

/** A page of a list of tasks, gathered from pages of the store that may have fewer of them. */
final class TaskList {

  /** Tasks of a page at most. */
  static final int MOST = 500;

  /** Tasks of a page if nobody says how many. */
  static final int USUAL = 50;

  /** Pages that are looked at for one answer: it may have fewer tasks, and not be the last. */
  private static final int MOST_PAGES = 10;

  private final Dispatch dispatch;
  private final TaskQuery wanted;
  private final String worker;
  private final JsonBytes out = new JsonBytes(1 << 12);
  private int count;
  private int pages;

  /**
   * A page.
   *
   * @param worker name of the worker that has or had the last attempt; null: any
   */
  TaskList(Dispatch dispatch, TaskQuery wanted, String worker) {
    this.dispatch = dispatch;
    this.wanted = wanted;
    this.worker = worker;
  }

  /** The answer's text. */
  Future<byte[]> read() {
    out.beginObject().name("tasks").beginArray();
    return more(wanted.before());
  }

  private Future<byte[]> more(long before) {
    pages++;
    int limit = worker == null ? wanted.limit() - count : MOST;
    TaskQuery query =
        new TaskQuery(
            wanted.state(), wanted.type(), wanted.batch(), before, limit, wanted.bodies());
    return dispatch
        .list(query)
        .compose(
            page -> {
              long next = add(page);
              return next == 0 || count == wanted.limit() || pages == MOST_PAGES
                  ? Future.succeededFuture(end(next))
                  : more(next);
            });
  }

  /** Where to go on; 0: nothing comes. */
  private long add(Dispatch.Page page) {
    for (int i = 0; i < page.tasks().size(); i++) {
      Task task = page.tasks().get(i);
      if (worker == null || worker.equals(task.worker())) {
        TaskText.write(task, TaskText.Part.HEAD, 0, out);
        count++;
        if (count == wanted.limit() && i < page.tasks().size() - 1) {
          return TaskId.parse(task.id());
        }
      }
    }
    return page.next();
  }

  private byte[] end(long next) {
    out.endArray();
    if (next != 0) {
      out.field("next", TaskId.text(next));
    }
    return out.endObject().toArray();
  }
}
