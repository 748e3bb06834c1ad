package dev.errand.dispatcher.web;

import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.core.BatchView;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.store.TaskStore;
import dev.errand.protocol.JsonBytes;
import dev.errand.protocol.TaskText;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Each task as it ends. What ended before is read from the store, in a pass over all of the batch;
 * what ends meanwhile is seen as it happens. When the reader is too slow for that, it is dropped,
 * and another pass finds it. Each task is written once.
 */
final class ResultsByEnd extends ResultStream implements Consumer<Changes> {

  private static final int MOST_FRESH = 1 << 20;
  private static final int PAGE = 256;

  /** A task that has ended, as it is to be written. */
  private record Ended(long id, byte[] line) {}

  private final Deque<Ended> fresh = new ArrayDeque<>();
  private final Deque<Ended> page = new ArrayDeque<>();
  private final Roaring64Bitmap written = new Roaring64Bitmap();
  private int freshBytes;
  private long pageBytes;

  /** Whether there may be ended tasks that only the store has. */
  private boolean missed = true;

  private boolean passing;
  private boolean asking;
  private long before;

  ResultsByEnd(
      RoutingContext request,
      Dispatch dispatch,
      String batch,
      OpenUploads uploads,
      ByteRoom shared) {
    super(request, dispatch, batch, uploads, shared);
  }

  @Override
  void started() {
    dispatch.observe(this);
  }

  @Override
  void stopped() {
    dispatch.forget(this);
    dropFresh();
    page.clear();
    room.giveBack(pageBytes);
    pageBytes = 0;
  }

  @Override
  public void accept(Changes changes) {
    if (missed) {
      wake();
      return;
    }
    for (StoredTask task : changes.tasks()) {
      if (task.state().terminal()
          && task.spec().batch() != null
          && task.spec().batch().batch().equals(batch)) {
        keep(task);
      }
    }
  }

  private void keep(StoredTask task) {
    Ended ended = ended(task);
    int bytes = ended.line.length;
    if (freshBytes + bytes <= MOST_FRESH && room.take(bytes)) {
      fresh.add(ended);
      freshBytes += bytes;
    } else {
      dropFresh();
      missed = true;
    }
    wake();
  }

  private void dropFresh() {
    fresh.clear();
    room.giveBack(freshBytes);
    freshBytes = 0;
  }

  /** The task points into a frame that is much larger, or has its payload: the text takes less. */
  private static Ended ended(StoredTask task) {
    JsonBytes out = new JsonBytes(512);
    TaskText.write(task.view(), TaskText.Part.OUTCOME, task.spec().batch().line(), out);
    out.endLine();
    return new Ended(task.spec().id(), out.toArray());
  }

  @Override
  Buffer next() {
    Buffer out = Buffer.buffer();
    while (out.length() < WRITE && !fresh.isEmpty()) {
      Ended next = fresh.poll();
      freshBytes -= next.line.length;
      append(next, out);
    }
    while (out.length() < WRITE && !page.isEmpty()) {
      Ended next = page.poll();
      pageBytes -= next.line.length;
      append(next, out);
    }
    if (page.isEmpty()) {
      ask();
    }
    return out.length() == 0 ? null : out;
  }

  private void append(Ended next, Buffer out) {
    if (written.contains(next.id)) {
      room.giveBack(next.line.length);
    } else {
      written.addLong(next.id);
      out.appendBytes(next.line);
    }
  }

  private void ask() {
    if (asking || !passing && !missed || !room.takeMostOrWait()) {
      return;
    }
    if (!passing) {
      missed = false;
      passing = true;
      before = Long.MAX_VALUE;
    }
    asking = true;
    dispatch.ended(batch, before, PAGE, PAGE_BYTES).onComplete(this::found, this::notFound);
  }

  private void found(TaskStore.Listing found) {
    asking = false;
    if (!isOver()) {
      for (StoredTask task : found.tasks()) {
        if (!written.contains(task.spec().id())) {
          Ended ended = ended(task);
          page.add(ended);
          pageBytes += ended.line.length;
        }
      }
      before = found.next();
      passing = before != 0;
      wake();
    }
    room.came(pageBytes);
  }

  private void notFound(Throwable failure) {
    room.came(0);
    fail(failure);
  }

  @Override
  boolean isDone() {
    boolean isAllSeen = !missed && !passing && !asking && page.isEmpty() && fresh.isEmpty();
    return isAllSeen || isAllWritten();
  }

  /** Then what is left of a pass has nothing new, however long it would take. */
  private boolean isAllWritten() {
    BatchView view = dispatch.batch(batch);
    if (view == null) {
      return false;
    }
    Ledger tasks = view.ledger();
    return written.getLongCardinality() == tasks.succeeded() + tasks.failed() + tasks.cancelled();
  }
}
