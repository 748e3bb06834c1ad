package dev.errand.dispatcher.web;

import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import dev.errand.dispatcher.api.TaskReader;
import dev.errand.dispatcher.core.Refusal;
import dev.errand.dispatcher.core.Taken;
import dev.errand.protocol.TaskRequest;
import io.vertx.ext.web.RoutingContext;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.util.ArrayList;
import java.util.List;

/** An upload of which all lines are taken, or none. */
final class AtomicUpload extends Upload {

  private static final int MOST_LINES = 100_000;
  private static final int MOST_BYTES = 64 << 20;

  /** What a line takes beside its bytes. */
  private static final long AROUND_LINE = 256;

  /** What the largest one takes. */
  static final long MOST_ROOM = MOST_BYTES + MOST_LINES * AROUND_LINE;

  /** Until another such upload may have ended. */
  private static final long RETRY_MILLIS = 1_000;

  private final Dispatch dispatch;
  private final ByteRoom room;
  private final List<TaskRequest> tasks = new ArrayList<>();
  private final LongArrayList numbers = new LongArrayList();
  private long bytes;

  /** An upload that shares those rooms with others. */
  AtomicUpload(
      RoutingContext request,
      String batch,
      TaskReader reader,
      Dispatch dispatch,
      ByteRoom lines,
      ByteRoom room) {
    super(request, batch, reader, dispatch.mostPayload() + TaskRoutes.AROUND_PAYLOAD, lines);
    this.dispatch = dispatch;
    this.room = room;
    request.addEndHandler(any -> room.giveBack(bytes + numbers.size() * AROUND_LINE));
  }

  @Override
  void take(TaskRequest task, long line, int length) {
    if (tasks.size() == MOST_LINES || length > MOST_BYTES - bytes) {
      fail(
          new Problem(
              ProblemType.TOO_LARGE,
              "with atomic=true there may be "
                  + MOST_LINES
                  + " lines of "
                  + MOST_BYTES
                  + " bytes together: send it without, or in parts"));
    } else if (!room.take(length + AROUND_LINE)) {
      fail(
          Problem.later(
              ProblemType.LIMIT,
              "other batches with atomic=true take the room that there is for such",
              RETRY_MILLIS));
    } else {
      bytes += length;
      tasks.add(alone(task));
      numbers.add(line);
    }
  }

  /** What came in the same piece must not be kept with it. */
  private static TaskRequest alone(TaskRequest task) {
    return new TaskRequest(
        task.type(), task.payload().compact(), task.terms(), task.idempotencyKey(), task.batch());
  }

  @Override
  void noRoom(long line) {
    fail(ByteRoom.full());
  }

  @Override
  void pieceEnds() {
    // It waits for the last one.
  }

  @Override
  void bodyEnds() {
    if (tally.hasRejected()) {
      fail(Problem.invalid(tally.wrong()));
    } else {
      dispatch.submitAll(tasks).onComplete(this::taken, this::fail);
    }
  }

  private void taken(List<Taken> taken) {
    Refusal limit = null;
    for (int i = 0; i < taken.size(); i++) {
      Taken each = taken.get(i);
      Refusal why = each == null ? null : each.refusal();
      if (why != null && why.kind() == Refusal.Kind.INVALID) {
        tally.reject(numbers.getLong(i), why.message());
      } else if (why != null) {
        limit = why;
      } else if (each != null) {
        tally.accept(each.known());
      }
    }
    if (limit != null) {
      fail(Problem.of(limit));
    } else if (tally.hasRejected()) {
      fail(Problem.invalid(tally.wrong()));
    } else {
      answer();
    }
  }
}
