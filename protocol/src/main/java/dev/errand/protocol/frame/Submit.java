package dev.errand.protocol.frame;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.Terms;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One task that a client submits.
 *
 * @param number the client's own, ascending by one over its incarnation
 * @param watched whether the client wants a {@link Done} when the task ends
 * @param type which handler, not checked yet
 * @param payload JSON, not checked yet
 * @param terms how it is to be run
 * @param key its idempotency key; null: none
 * @param batch where it belongs; null: to no batch
 */
public record Submit(
    long number,
    boolean watched,
    String type,
    Bytes payload,
    Terms terms,
    String key,
    BatchPlace batch) {

  private static final int WATCHED = 1;
  private static final int TIMEOUT = 2;
  private static final int MAX_ATTEMPTS = 4;
  private static final int BACKOFF = 8;
  private static final int PRIORITY = 16;
  private static final int DELAY = 32;
  private static final int EXPIRES = 64;

  /** Another byte of flags follows. */
  private static final int MORE = 128;

  private static final int KEY = 1;
  private static final int BATCH = 2;
  private static final int REQUIRE = 4;
  private static final int ALL_MORE = KEY | BATCH | REQUIRE;
  private static final int MAX_KEY_BYTES = 4 * TaskRequest.MAX_KEY;

  /** Adds the submission of that request to a batch of {@link FrameKind#SUBMIT}. */
  public static void write(BatchWriter batch, long number, boolean watched, TaskRequest task) {
    Terms terms = task.terms();
    int more = more(task);
    int flags =
        (watched ? WATCHED : 0)
            | (terms.timeout() != 0 ? TIMEOUT : 0)
            | (terms.maxAttempts() != 0 ? MAX_ATTEMPTS : 0)
            | (terms.backoff() != 0 ? BACKOFF : 0)
            | (terms.priority() != Terms.USUAL_PRIORITY ? PRIORITY : 0)
            | (terms.delay() != 0 ? DELAY : 0)
            | (terms.expiresIn() != 0 ? EXPIRES : 0)
            | (more != 0 ? MORE : 0);
    FrameWriter out = batch.entry();
    out.varint(number).u8(flags);
    if (more != 0) {
      out.u8(more);
    }
    batch.name(task.type());
    writeNumbers(out, flags, terms);
    writeMore(batch, more, task);
    out.bytes(task.payload());
  }

  private static int more(TaskRequest task) {
    return (task.idempotencyKey() != null ? KEY : 0)
        | (task.batch() != null ? BATCH : 0)
        | (task.terms().require().isEmpty() ? 0 : REQUIRE);
  }

  private static void writeNumbers(FrameWriter out, int flags, Terms terms) {
    if ((flags & TIMEOUT) != 0) {
      out.varint(terms.timeout());
    }
    if ((flags & MAX_ATTEMPTS) != 0) {
      out.varint(terms.maxAttempts());
    }
    if ((flags & BACKOFF) != 0) {
      out.varint(terms.backoff());
    }
    if ((flags & PRIORITY) != 0) {
      out.u8(terms.priority());
    }
    if ((flags & DELAY) != 0) {
      out.varint(terms.delay());
    }
    if ((flags & EXPIRES) != 0) {
      out.varint(terms.expiresIn());
    }
  }

  private static void writeMore(BatchWriter batch, int more, TaskRequest task) {
    FrameWriter out = batch.writer();
    if ((more & KEY) != 0) {
      out.text(task.idempotencyKey());
    }
    if ((more & BATCH) != 0) {
      batch.name(task.batch().batch());
      out.varint(task.batch().line());
    }
    if ((more & REQUIRE) != 0) {
      Map<String, String> require = task.terms().require();
      out.varint(require.size());
      require.forEach(
          (name, value) -> {
            batch.name(name);
            batch.name(value);
          });
    }
  }

  /** Reads the next submission; equal terms that follow each other are one object. */
  public static Submit read(BatchReader batch) throws MalformedFrameException {
    FrameReader in = batch.in();
    long number = in.varint();
    int flags = in.u8();
    int more = (flags & MORE) != 0 ? in.u8() : 0;
    if ((more & ~ALL_MORE) != 0) {
      throw new MalformedFrameException("flags of a later version: " + more);
    }
    String type = batch.name();
    try {
      long timeout = (flags & TIMEOUT) != 0 ? in.varint() : 0;
      int attempts = (flags & MAX_ATTEMPTS) != 0 ? in.varint(Terms.MAX_ATTEMPTS) : 0;
      long backoff = (flags & BACKOFF) != 0 ? in.varint() : 0;
      int priority = (flags & PRIORITY) != 0 ? in.u8() : Terms.USUAL_PRIORITY;
      long delay = (flags & DELAY) != 0 ? in.varint() : 0;
      long expires = (flags & EXPIRES) != 0 ? in.varint() : 0;
      String key = (more & KEY) != 0 ? in.text(MAX_KEY_BYTES) : null;
      BatchPlace place = (more & BATCH) != 0 ? new BatchPlace(batch.name(), in.varint()) : null;
      TaskRequest.checkKey(key, place);
      Map<String, String> require = (more & REQUIRE) != 0 ? readLabels(batch) : Map.of();
      Terms terms =
          (flags & ~(WATCHED | MORE)) == 0 && require.isEmpty()
              ? Terms.NONE
              : batch.shared(
                  new Terms(timeout, attempts, backoff, priority, delay, expires, require));
      return new Submit(number, (flags & WATCHED) != 0, type, in.bytes(), terms, key, place);
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException(e.getMessage());
    }
  }

  private static Map<String, String> readLabels(BatchReader batch) throws MalformedFrameException {
    Map<String, String> labels = new LinkedHashMap<>();
    for (int left = batch.in().varint(Terms.MAX_LABELS); left > 0; left--) {
      String name = batch.name();
      if (labels.put(name, batch.name()) != null) {
        throw new MalformedFrameException("label '" + name + "' twice");
      }
    }
    return labels;
  }
}
