package dev.errand.dispatcher.web;

import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import java.util.ArrayDeque;
import java.util.Deque;

/** Memory that some requests share. On the event loop. */
final class ByteRoom {

  private record Waiting(long bytes, Runnable there) {}

  /** What is told to whom there is no room for. */
  static final String FULL =
      "other large bodies take the memory that there is for such while they come";

  /** Until another body may be there whole. */
  static final long RETRY_MILLIS = 1_000;

  private static final int OF_HEAP = 8;

  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private long left;

  ByteRoom(long bytes) {
    left = bytes;
  }

  /** An eighth of the heap, or what is needed at least. */
  static ByteRoom ofHeap(long least) {
    return new ByteRoom(Math.max(least, Runtime.getRuntime().maxMemory() / OF_HEAP));
  }

  /** The answer to whom there is no room for. */
  static Problem full() {
    return Problem.later(ProblemType.LIMIT, FULL, RETRY_MILLIS);
  }

  /** Whether there was room, and nobody waits for it. */
  boolean take(long bytes) {
    if (bytes > left || !waiting.isEmpty()) {
      return false;
    }
    left -= bytes;
    return true;
  }

  /**
   * Takes room as soon as it is there; whoever waits longest is the first.
   *
   * @param there told once it is taken; must not give it back at once
   * @return to be run by whoever waits no more: nothing is taken then
   */
  Runnable await(long bytes, Runnable there) {
    Waiting next = new Waiting(bytes, there);
    waiting.add(next);
    return () -> {
      if (waiting.removeIf(each -> each == next)) {
        serve();
      }
    };
  }

  void giveBack(long bytes) {
    left += bytes;
    serve();
  }

  private void serve() {
    while (!waiting.isEmpty() && waiting.peek().bytes <= left) {
      Waiting next = waiting.poll();
      left -= next.bytes;
      next.there.run();
    }
  }
}
