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
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a chunk. Its heads: the version; whether a task has more than one record, of which the last
 * one counts; the names, the terms and (since version 2) the workers that recur, each list behind
 * its length; the lease by which others are told; the number of records and the bytes of all
 * bodies; then of each the task's id, its kind with the state and what it has, when it ended or is
 * due, the payload's length; if the record is whole, its type, terms, and place in a batch; and the
 * length of its body. The bodies, one behind the other: what was submitted, if whole, then all that
 * may change. Payloads and results are slices of them. Not thread-safe.
 */
final class ChunkReader {

  private static final int MOST_TEXT = 1 << 20;
  private static final TaskState[] STATES = TaskState.values();
  private static final HistoryEntry.Event[] EVENTS = HistoryEntry.Event.values();

  private final byte[] heads;
  private final List<String> names = new ArrayList<>();
  private final List<Terms> terms = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private final long firstLease;
  private final boolean repeats;
  private final int first;
  private final long bytes;
  private byte[] bodies;
  private FrameReader in;
  private int nextBody;
  private Long2LongOpenHashMap places;

  // The record at hand.
  private long id;
  private int flags;
  private long due;
  private int payloadBytes;
  private int type;
  private int termsPlace;
  private int batch;
  private long line;
  private int body;

  /** A reader of heads only, unless {@link #bodies} are given. */
  ChunkReader(byte[] heads) throws MalformedFrameException {
    this.heads = heads;
    this.in = new FrameReader(heads, 0);
    int version = in.u8();
    if (version < 1 || version > ChunkWriter.VERSION) {
      throw new MalformedFrameException("chunk of version " + version);
    }
    this.repeats = in.u8() == 1;
    for (int n = in.varint(heads.length); n > 0; n--) {
      names.add(in.text(MOST_TEXT).intern());
    }
    for (int n = in.varint(heads.length); n > 0; n--) {
      terms.add(readTerms());
    }
    if (version > 1) {
      for (int n = in.varint(heads.length); n > 0; n--) {
        workers.add(new Worker(in.i64(), names.get(in.varint(names.size() - 1))));
      }
    }
    this.firstLease = version > 1 ? in.varint() : 0;
    in.varint(heads.length);
    this.bytes = heads.length + (long) in.varint(Integer.MAX_VALUE);
    this.first = in.place();
  }

  private record Worker(long owner, String name) {}

  private Terms readTerms() throws MalformedFrameException {
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

  /** The bodies that belong to these heads. */
  ChunkReader bodies(byte[] own) {
    bodies = own;
    return this;
  }

  boolean hasBodies() {
    return bodies != null;
  }

  /** Of all bodies. */
  long bodyBytes() {
    return bytes - heads.length;
  }

  /** Of heads and bodies. */
  int bytes() {
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  /** Goes to the next record; false behind the last. */
  boolean next() throws MalformedFrameException {
    if (in.place() == heads.length) {
      return false;
    }
    id = in.i64();
    flags = in.u8();
    body = nextBody;
    if (isForgotten()) {
      return true;
    }
    due = in.varint();
    payloadBytes = in.varint(Integer.MAX_VALUE);
    if (isWhole()) {
      type = in.varint(names.size() - 1);
      termsPlace = in.varint(terms.size() - 1);
      if ((flags & ChunkWriter.BATCHED) != 0) {
        batch = in.varint(names.size() - 1);
        line = in.varint();
      }
    }
    nextBody += in.varint(Integer.MAX_VALUE - nextBody);
    return true;
  }

  /** Goes before the first record. */
  void rewind() {
    go(first, 0);
  }

  /**
   * Goes to the last record of a task; false if there is none. Whoever asks for the tasks in their
   * order finds each at once.
   */
  boolean seek(long wanted) throws MalformedFrameException {
    if (!repeats && (id == wanted || next() && id == wanted)) {
      return true;
    }
    if (places == null) {
      findPlaces();
    }
    long place = places.get(wanted);
    if (place == 0) {
      return false;
    }
    go((int) (place >>> Integer.SIZE), (int) place);
    return next();
  }

  private void go(int head, int itsBody) {
    in = new FrameReader(heads, head);
    nextBody = itsBody;
  }

  /** Of the last record of each task, where its head and its body begin. */
  private void findPlaces() throws MalformedFrameException {
    places = new Long2LongOpenHashMap();
    rewind();
    for (int place = first; next(); place = in.place()) {
      places.put(id, (long) place << Integer.SIZE | body);
    }
  }

  /** Of the task whose record this is. */
  long id() {
    return id;
  }

  /** Whether the record holds what was submitted. */
  boolean isWhole() {
    return (flags & ChunkWriter.KIND_BITS) == ChunkWriter.WHOLE;
  }

  /** Whether the task is kept no more; then the record says nothing else. */
  boolean isForgotten() {
    return (flags & ChunkWriter.KIND_BITS) == ChunkWriter.FORGOTTEN;
  }

  TaskState state() throws MalformedFrameException {
    int state = flags >> ChunkWriter.STATE_SHIFT & ChunkWriter.STATE_BITS;
    if (state >= STATES.length) {
      throw new MalformedFrameException("unknown state");
    }
    return STATES[state];
  }

  /** Whether it has an idempotency key. */
  boolean isKeyed() {
    return (flags & ChunkWriter.KEYED) != 0;
  }

  /** See {@link StoredTask#isUntried}. */
  boolean isUntried() {
    return (flags & ChunkWriter.UNTRIED) != 0;
  }

  /** See {@link StoredTask#due}. */
  long due() {
    return due;
  }

  int payloadBytes() {
    return payloadBytes;
  }

  /** Of a whole record; the same object for all of one type. */
  String type() {
    return names.get(type);
  }

  /** Of a whole record; the same object for all that ask for the same. */
  Terms terms() {
    return terms.get(termsPlace);
  }

  /** Name of the batch of a whole record; null: it is of none. */
  String batchName() {
    return (flags & ChunkWriter.BATCHED) == 0 ? null : names.get(batch);
  }

  /** Place in the batch of a whole record; null: it is of none. */
  BatchPlace batch() throws MalformedFrameException {
    if ((flags & ChunkWriter.BATCHED) == 0) {
      return null;
    }
    try {
      return new BatchPlace(names.get(batch), line);
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException(e.getMessage());
    }
  }

  /** The task, of a whole record. */
  StoredTask task() throws MalformedFrameException {
    FrameReader from = new FrameReader(bodies, body);
    return rest(from, spec(from));
  }

  /** What was submitted, of a whole record. */
  TaskSpec spec() throws MalformedFrameException {
    return spec(new FrameReader(bodies, body));
  }

  private TaskSpec spec(FrameReader from) throws MalformedFrameException {
    long submitted = from.varint();
    String key = isKeyed() ? from.text(MOST_TEXT) : null;
    Bytes payload = from.bytes();
    return new TaskSpec(id, type(), payload, terms(), key, batch(), submitted);
  }

  /** The task that was submitted so, as it is by this record. */
  StoredTask task(TaskSpec spec) throws MalformedFrameException {
    FrameReader from = new FrameReader(bodies, body);
    if (isWhole()) {
      spec(from);
    }
    return rest(from, spec);
  }

  private StoredTask rest(FrameReader from, TaskSpec spec) throws MalformedFrameException {
    int has = from.u8();
    if ((has & ChunkWriter.FIRST) != 0) {
      long opened = spec.submitted();
      return new StoredTask(
          spec, state(), opened, Tries.of(1, 0, 0, 0), null, null, null, due, null);
    }
    if ((has & ChunkWriter.BRIEF) != 0) {
      return brief(from, spec, has);
    }
    long opened = from.varint();
    Tries tries = Tries.of(number(from), number(from), number(from), number(from));
    StoredTask.LastLease lease =
        (has & ChunkWriter.LEASE) == 0 ? null : lease(from, (has & ChunkWriter.LEASE_OPEN) != 0);
    Bytes result = (has & ChunkWriter.RESULT) == 0 ? null : from.bytes();
    TaskError error = (has & ChunkWriter.ERROR) == 0 ? null : error(from);
    return new StoredTask(spec, state(), opened, tries, lease, result, error, due, history(from));
  }

  private StoredTask brief(FrameReader from, TaskSpec spec, int has)
      throws MalformedFrameException {
    Worker worker = workers.get(from.varint(workers.size() - 1));
    long opened = spec.submitted();
    StoredTask.LastLease lease =
        new StoredTask.LastLease(
            firstLease + from.varint(),
            worker.owner,
            worker.name,
            opened + from.varint(),
            from.varint(),
            (has & ChunkWriter.LEASE_OPEN) != 0);
    Bytes result = (has & ChunkWriter.RESULT) == 0 ? null : from.bytes();
    HistoryEntry history =
        (has & ChunkWriter.ONE_SUCCESS) == 0 ? null : HistoryEntry.oneSuccess(lease, due);
    return new StoredTask(spec, state(), opened, Tries.ONE, lease, result, null, due, history);
  }

  private static int number(FrameReader from) throws MalformedFrameException {
    return from.varint(Integer.MAX_VALUE);
  }

  private String optional(FrameReader from) throws MalformedFrameException {
    int place = from.varint(names.size());
    return place == 0 ? null : names.get(place - 1);
  }

  private StoredTask.LastLease lease(FrameReader from, boolean open)
      throws MalformedFrameException {
    long lease = from.varint();
    long owner = from.i64();
    return new StoredTask.LastLease(
        lease, owner, optional(from), from.varint(), from.varint(), open);
  }

  private static TaskError error(FrameReader from) throws MalformedFrameException {
    ErrorKind kind = ErrorKind.of(from.u8());
    if (kind == null) {
      throw new MalformedFrameException("unknown kind of error");
    }
    return new TaskError(kind, from.text(MOST_TEXT), from.text(MOST_TEXT));
  }

  private HistoryEntry history(FrameReader from) throws MalformedFrameException {
    int depth = from.varint(bodies.length);
    if (depth == 0) {
      return null;
    }
    List<HistoryEntry> newestFirst = new ArrayList<>(depth);
    for (int i = depth; i > 0; i--) {
      HistoryEntry.Event event = EVENTS[from.varint(EVENTS.length - 1)];
      int attempt = number(from);
      String worker = optional(from);
      newestFirst.add(
          new HistoryEntry(
              event, attempt, worker, from.varint(), from.varint(), from.text(MOST_TEXT), null, i));
    }
    HistoryEntry before = null;
    for (int i = depth - 1; i >= 0; i--) {
      before = newestFirst.get(i).behind(before);
    }
    return before;
  }
}
