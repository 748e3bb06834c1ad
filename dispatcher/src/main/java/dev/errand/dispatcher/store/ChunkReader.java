package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.HistoryEntry;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import dev.errand.protocol.frame.FrameReader;
import dev.errand.protocol.frame.MalformedFrameException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a chunk: its version; whether a task has more than one record in it, of which the last one
 * counts; the names and the terms that recur, each list behind its length; the number of records;
 * then each behind its length: the task's id, whether what was submitted follows, and the rest,
 * which holds all that may change. What follows the known fields of a record is skipped. Payloads
 * and results are slices of the chunk. Not thread-safe.
 */
final class ChunkReader {

  private static final int MOST_TEXT = 1 << 20;
  private static final TaskState[] STATES = TaskState.values();
  private static final HistoryEntry.Event[] EVENTS = HistoryEntry.Event.values();

  private final byte[] chunk;
  private final FrameReader in;
  private final List<String> names = new ArrayList<>();
  private final List<Terms> terms = new ArrayList<>();
  private final boolean repeats;
  private final int first;
  private final int count;
  private int left;
  private int next;
  private long id;
  private int kind;
  private FrameReader record;

  ChunkReader(byte[] chunk) throws MalformedFrameException {
    this.chunk = chunk;
    this.in = new FrameReader(chunk, 0);
    int version = in.u8();
    if (version != ChunkWriter.VERSION) {
      throw new MalformedFrameException("chunk of version " + version);
    }
    this.repeats = in.u8() == 1;
    for (int n = in.varint(chunk.length); n > 0; n--) {
      names.add(in.text(MOST_TEXT).intern());
    }
    for (int n = in.varint(chunk.length); n > 0; n--) {
      terms.add(terms());
    }
    this.count = in.varint(chunk.length);
    this.first = in.place();
    this.left = count;
    this.next = first;
  }

  private Terms terms() throws MalformedFrameException {
    long timeout = in.varint();
    int maxAttempts = in.varint(Integer.MAX_VALUE);
    long backoff = in.varint();
    int priority = in.varint(Integer.MAX_VALUE);
    long delay = in.varint();
    long expiresIn = in.varint();
    Map<String, String> require = new HashMap<>();
    for (int n = in.varint(Terms.MAX_LABELS); n > 0; n--) {
      require.put(in.text(MOST_TEXT), in.text(MOST_TEXT));
    }
    try {
      return new Terms(timeout, maxAttempts, backoff, priority, delay, expiresIn, require);
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException(e.getMessage());
    }
  }

  int count() {
    return count;
  }

  /** Goes to the next record; false behind the last. */
  boolean next() throws MalformedFrameException {
    if (left == 0) {
      return false;
    }
    left--;
    record = new FrameReader(chunk, next);
    int length = record.i32();
    next = record.place() + length;
    if (length < 0 || next > chunk.length) {
      throw new MalformedFrameException("cut off");
    }
    id = record.i64();
    kind = record.u8();
    return true;
  }

  /**
   * Goes to the last record of a task; false if there is none. Whoever asks for the tasks in their
   * order finds each at once.
   */
  boolean seek(long wanted) throws MalformedFrameException {
    boolean found = false;
    int foundAt = 0;
    int foundLeft = 0;
    for (int i = 0; i < count; i++) {
      if (left == 0 || repeats && i == 0) {
        left = count;
        next = first;
      }
      int at = next;
      int leftHere = left;
      next();
      if (id == wanted) {
        if (!repeats) {
          return true;
        }
        found = true;
        foundAt = at;
        foundLeft = leftHere;
      }
    }
    if (found) {
      next = foundAt;
      left = foundLeft;
      next();
    }
    return found;
  }

  /** Of the task whose record this is. */
  long id() {
    return id;
  }

  /** Whether the record holds what was submitted. */
  boolean isWhole() {
    return kind == ChunkWriter.WHOLE;
  }

  /** Whether the task is kept no more; then the record says nothing else. */
  boolean isForgotten() {
    return kind == ChunkWriter.FORGOTTEN;
  }

  /** The task, of a record that is {@link #isWhole whole}. */
  StoredTask task() throws MalformedFrameException {
    return task(spec());
  }

  /** What was submitted, of a record that is whole. */
  TaskSpec spec() throws MalformedFrameException {
    String type = name(record.varint());
    int place = record.varint(terms.size() - 1);
    long submitted = record.varint();
    int flags = record.u8();
    String key = (flags & ChunkWriter.KEY) == 0 ? null : record.text(MOST_TEXT);
    BatchPlace batch = null;
    if ((flags & ChunkWriter.BATCH) != 0) {
      batch = batch(name(record.varint()), record.varint());
    }
    Bytes payload = record.bytes();
    return new TaskSpec(id, type, payload, terms.get(place), key, batch, submitted);
  }

  private static BatchPlace batch(String name, long line) throws MalformedFrameException {
    try {
      return new BatchPlace(name, line);
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException(e.getMessage());
    }
  }

  private String name(long place) throws MalformedFrameException {
    if (place >= names.size()) {
      throw new MalformedFrameException("no name " + place);
    }
    return names.get((int) place);
  }

  private String optional() throws MalformedFrameException {
    long place = record.varint();
    return place == 0 ? null : name(place - 1);
  }

  /** The task that was submitted so, as it is by this record; behind {@link #spec} if whole. */
  StoredTask task(TaskSpec spec) throws MalformedFrameException {
    TaskState state = STATES[record.varint(STATES.length - 1)];
    int flags = record.u8();
    long opened = record.varint();
    long due = record.varint();
    Tries tries = Tries.of(number(), number(), number(), number());
    StoredTask.LastLease lease =
        (flags & ChunkWriter.LEASE) == 0 ? null : lease((flags & ChunkWriter.LEASE_OPEN) != 0);
    Bytes result = (flags & ChunkWriter.RESULT) == 0 ? null : record.bytes();
    TaskError error = (flags & ChunkWriter.ERROR) == 0 ? null : error();
    return new StoredTask(spec, state, opened, tries, lease, result, error, due, history());
  }

  private int number() throws MalformedFrameException {
    return record.varint(Integer.MAX_VALUE);
  }

  private StoredTask.LastLease lease(boolean open) throws MalformedFrameException {
    long lease = record.varint();
    long owner = record.i64();
    return new StoredTask.LastLease(
        lease, owner, optional(), record.varint(), record.varint(), open);
  }

  private TaskError error() throws MalformedFrameException {
    ErrorKind kind = ErrorKind.of(record.u8());
    if (kind == null) {
      throw new MalformedFrameException("unknown kind of error");
    }
    return new TaskError(kind, record.text(MOST_TEXT), record.text(MOST_TEXT));
  }

  private HistoryEntry history() throws MalformedFrameException {
    int depth = record.varint(chunk.length);
    if (depth == 0) {
      return null;
    }
    List<HistoryEntry> newestFirst = new ArrayList<>(depth);
    for (int i = depth; i > 0; i--) {
      HistoryEntry.Event event = EVENTS[record.varint(EVENTS.length - 1)];
      int attempt = number();
      String worker = optional();
      newestFirst.add(
          new HistoryEntry(
              event,
              attempt,
              worker,
              record.varint(),
              record.varint(),
              record.text(MOST_TEXT),
              null,
              i));
    }
    HistoryEntry before = null;
    for (int i = depth - 1; i >= 0; i--) {
      before = newestFirst.get(i).behind(before);
    }
    return before;
  }

  /** Where a task's state is in this record, without the rest; behind {@link #spec} if whole. */
  TaskState state() throws MalformedFrameException {
    return STATES[record.varint(STATES.length - 1)];
  }
}
