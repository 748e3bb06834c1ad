package dev.errand.dispatcher.web;

import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.TaskReader;
import dev.errand.dispatcher.core.Refusal;
import dev.errand.dispatcher.core.Taken;
import dev.errand.protocol.TaskRequest;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongList;
import java.util.ArrayList;
import java.util.List;

/**
 * An upload whose lines are taken as they come, each by itself. As long as too many of them are not
 * durable, nothing more is read. It stops at the first line that a limit or the disk does not let
 * in: sent again, it goes on from there.
 */
final class EachUpload extends Upload {

  private static final int MOST_LINES = 4_096;
  private static final int MOST_BYTES = 4 << 20;
  private static final int GROUP = 512;

  private final Dispatch dispatch;
  private final Connections connections;
  private final HttpServerRequest in;
  private List<TaskRequest> group = new ArrayList<>();
  private LongArrayList numbers = new LongArrayList();
  private int groupBytes;

  /** Lines that were handed over and are not durable. */
  private int waiting;

  private long waitingBytes;
  private boolean paused;
  private boolean ended;
  private Refusal refusal;
  private long firstRefused = Long.MAX_VALUE;

  EachUpload(
      RoutingContext request,
      String batch,
      TaskReader reader,
      Dispatch dispatch,
      ByteRoom lines,
      Connections connections) {
    super(request, batch, reader, dispatch.mostPayload() + TaskRoutes.AROUND_PAYLOAD, lines);
    this.dispatch = dispatch;
    this.connections = connections;
    this.in = request.request();
  }

  @Override
  void take(TaskRequest task, long line, int bytes) {
    group.add(task);
    numbers.add(line);
    groupBytes += bytes;
    if (group.size() == GROUP) {
      handOver();
    }
  }

  @Override
  void noRoom(long line) {
    handOver();
    if (refusal == null) {
      refusal = new Refusal(Refusal.Kind.LIMIT, ByteRoom.FULL, ByteRoom.RETRY_MILLIS);
      firstRefused = line;
    }
    stop();
    lookForEnd();
  }

  @Override
  void pieceEnds() {
    handOver();
  }

  @Override
  void bodyEnds() {
    ended = true;
    handOver();
    lookForEnd();
  }

  private void handOver() {
    if (group.isEmpty()) {
      return;
    }
    LongList lines = numbers;
    int bytes = groupBytes;
    waiting += lines.size();
    waitingBytes += bytes;
    dispatch.submitEach(group).onComplete(taken -> taken(taken, lines, bytes), this::failed);
    group = new ArrayList<>();
    numbers = new LongArrayList();
    groupBytes = 0;
    if (!paused && (waiting > MOST_LINES || waitingBytes > MOST_BYTES)) {
      paused = true;
      connections.pause(in);
    }
  }

  private void taken(List<Taken> taken, LongList lines, int bytes) {
    waiting -= lines.size();
    waitingBytes -= bytes;
    for (int i = 0; i < taken.size(); i++) {
      note(taken.get(i), lines.getLong(i));
    }
    if (refusal != null && !isOver()) {
      stop();
    }
    if (isOver() || waiting <= MOST_LINES / 2 && waitingBytes <= MOST_BYTES / 2) {
      readOn();
    }
    lookForEnd();
  }

  private void readOn() {
    if (paused) {
      paused = false;
      connections.resume(in);
    }
  }

  private void failed(Throwable failure) {
    fail(failure);
    readOn();
  }

  private void note(Taken taken, long line) {
    Refusal why = taken.refusal();
    if (why == null) {
      tally.accept(taken.known());
    } else if (why.kind() == Refusal.Kind.LIMIT || why.kind() == Refusal.Kind.NO_ROOM) {
      refusal = line < firstRefused ? why : refusal;
      firstRefused = Math.min(firstRefused, line);
    } else {
      tally.reject(line, why.message());
    }
  }

  private void lookForEnd() {
    if (waiting > 0) {
      return;
    }
    if (refusal != null) {
      fail(
          Problem.of(refusal)
              .with("id", batch)
              .with("accepted", tally.accepted())
              .with("line", firstRefused));
    } else if (ended) {
      answer();
    }
  }
}
