package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.HistoryEntry;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.Terms;
import dev.errand.protocol.frame.FrameWriter;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A chunk in the making: records of tasks, each in two parts, the head with all that has to be
 * known of every task, and the body. Read by {@link ChunkReader}, which says how they look. Used
 * again for the next one. Not thread-safe.
 */
final class ChunkWriter {

  static final int VERSION = 2;

  // Of a head: the kind of record, the state, and more.
  static final int REST = 0;
  static final int WHOLE = 1;
  static final int FORGOTTEN = 2;
  static final int KIND_BITS = 3;
  static final int STATE_SHIFT = 2;
  static final int STATE_BITS = 7;
  static final int KEYED = 0x20;
  static final int BATCHED = 0x40;
  static final int UNTRIED = 0x80;

  // Of a body.
  static final int LEASE = 1;
  static final int LEASE_OPEN = 2;
  static final int RESULT = 4;
  static final int ERROR = 8;
  static final int FIRST = 16;

  /** Of the first attempt of the first generation, whose lease is told by its difference. */
  static final int BRIEF = 32;

  /** The history is that attempt's success and nothing else. */
  static final int ONE_SUCCESS = 64;

  private static final int USUAL_BYTES = 1 << 16;

  private final FrameWriter tables = FrameWriter.headless(256);
  private final FrameWriter heads = FrameWriter.headless(USUAL_BYTES);
  private final FrameWriter bodies = FrameWriter.headless(USUAL_BYTES);
  private final List<String> names = new ArrayList<>();
  private final Object2IntOpenHashMap<String> places = new Object2IntOpenHashMap<>();
  private final List<Terms> terms = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private final Object2IntOpenHashMap<Worker> workerPlaces = new Object2IntOpenHashMap<>();
  private long lastOwner;
  private String lastWorker;
  private int lastWorkerPlace;

  /** Id of the first lease that was told briefly; 0: there is none yet. */
  private long firstLease;

  private String lastName;
  private int lastPlace;
  private int count;
  private boolean repeats;

  /** A worker by its incarnation, and the place of its name. */
  private record Worker(long owner, int name) {}

  ChunkWriter() {
    places.defaultReturnValue(-1);
    workerPlaces.defaultReturnValue(-1);
  }

  /**
   * Adds the last record of a task.
   *
   * @param whole whether with what was submitted, which a store keeps once
   * @param again whether the chunk has a record of the task already, which this one replaces
   */
  void add(StoredTask task, boolean whole, boolean again) {
    TaskSpec spec = task.spec();
    repeats |= again;
    count++;
    int flags = (whole ? WHOLE : REST) | task.state().ordinal() << STATE_SHIFT;
    flags |= spec.key() == null ? 0 : KEYED;
    flags |= spec.batch() == null ? 0 : BATCHED;
    flags |= task.isUntried() ? UNTRIED : 0;
    heads.i64(spec.id()).u8(flags).varint(task.due()).varint(spec.payload().length());
    int start = bodies.length();
    if (whole) {
      heads.varint(place(spec.type())).varint(place(spec.terms()));
      if (spec.batch() != null) {
        heads.varint(place(spec.batch().batch())).varint(spec.batch().line());
      }
      bodies.varint(spec.submitted());
      if (spec.key() != null) {
        bodies.text(spec.key());
      }
      bodies.bytes(spec.payload());
    }
    rest(task);
    heads.varint(bodies.length() - start);
  }

  /** Adds that a task is kept no more. */
  void forget(long task) {
    heads.i64(task).u8(FORGOTTEN);
    count++;
  }

  private void rest(StoredTask task) {
    if (task.isUntried() && task.opened() == task.spec().submitted()) {
      bodies.u8(FIRST);
      return;
    }
    StoredTask.LastLease lease = task.lease();
    if (isBrief(task, lease)) {
      brief(task, lease);
      return;
    }
    int flags = lease == null ? 0 : LEASE | (lease.open() ? LEASE_OPEN : 0);
    flags |= task.result() == null ? 0 : RESULT;
    flags |= task.error() == null ? 0 : ERROR;
    bodies.u8(flags).varint(task.opened());
    bodies.varint(task.tries().generation()).varint(task.tries().attempts());
    bodies.varint(task.tries().failures()).varint(task.tries().losses());
    if (lease != null) {
      bodies.varint(lease.id()).i64(lease.owner());
      optional(lease.worker());
      bodies.varint(lease.started()).varint(lease.timeout());
    }
    if (task.result() != null) {
      bodies.bytes(task.result());
    }
    if (task.error() != null) {
      error(task.error());
    }
    history(task.history());
  }

  /** Most tasks get no further than to that. */
  private boolean isBrief(StoredTask task, StoredTask.LastLease lease) {
    return lease != null
        && lease.worker() != null
        && task.tries() == Tries.ONE
        && task.error() == null
        && task.opened() == task.spec().submitted()
        && lease.started() >= task.opened()
        && lease.id() >= firstLease
        && (task.history() == null || isOneSuccess(task.history(), lease, task.due()));
  }

  /** See {@link HistoryEntry#oneSuccess}. */
  private static boolean isOneSuccess(
      HistoryEntry history, StoredTask.LastLease lease, long ended) {
    return history.depth() == 1
        && history.event() == HistoryEntry.Event.SUCCEEDED
        && history.attempt() == 1
        && history.from() == lease.started()
        && history.to() == ended
        && history.reason().isEmpty()
        && lease.worker().equals(history.worker());
  }

  private void brief(StoredTask task, StoredTask.LastLease lease) {
    if (firstLease == 0) {
      firstLease = lease.id();
    }
    int flags = BRIEF | (lease.open() ? LEASE_OPEN : 0);
    flags |= task.result() == null ? 0 : RESULT;
    flags |= task.history() == null ? 0 : ONE_SUCCESS;
    bodies.u8(flags).varint(place(lease)).varint(lease.id() - firstLease);
    bodies.varint(lease.started() - task.opened()).varint(lease.timeout());
    if (task.result() != null) {
      bodies.bytes(task.result());
    }
  }

  /** Of the lease's worker. */
  private int place(StoredTask.LastLease lease) {
    if (lease.owner() != lastOwner || lease.worker() != lastWorker) {
      Worker worker = new Worker(lease.owner(), place(lease.worker()));
      int known = workerPlaces.getInt(worker);
      lastWorkerPlace = known < 0 ? workers.size() : known;
      if (known < 0) {
        workers.add(worker);
        workerPlaces.put(worker, lastWorkerPlace);
      }
      lastOwner = lease.owner();
      lastWorker = lease.worker();
    }
    return lastWorkerPlace;
  }

  private void error(TaskError error) {
    bodies.u8(error.kind().ordinal()).text(error.message()).text(error.detail());
  }

  private void history(HistoryEntry last) {
    bodies.varint(last == null ? 0 : last.depth());
    for (HistoryEntry each = last; each != null; each = each.before()) {
      bodies.u8(each.event().ordinal()).varint(each.attempt());
      optional(each.worker());
      bodies.varint(each.from()).varint(each.to()).text(each.reason());
    }
  }

  /** A name that recurs, or none. */
  private void optional(String name) {
    bodies.varint(name == null ? 0 : place(name) + 1L);
  }

  private int place(String name) {
    if (name == lastName) {
      return lastPlace;
    }
    int place = places.getInt(name);
    if (place < 0) {
      place = names.size();
      names.add(name);
      places.put(name, place);
    }
    lastName = name;
    lastPlace = place;
    return place;
  }

  private int place(Terms asked) {
    for (int i = terms.size() - 1; i >= 0; i--) {
      if (terms.get(i).equals(asked)) {
        return i;
      }
    }
    terms.add(asked);
    return terms.size() - 1;
  }

  /** All bodies, one behind the other. To be called before {@link #finish}. */
  byte[] bodies() {
    return Arrays.copyOf(bodies.array(), bodies.length());
  }

  /** The heads, behind what recurs in them and the bodies; the next chunk begins. */
  byte[] finish() {
    tables.clear();
    tables.u8(VERSION).u8(repeats ? 1 : 0).varint(names.size());
    names.forEach(tables::text);
    tables.varint(terms.size());
    terms.forEach(this::write);
    tables.varint(workers.size());
    workers.forEach(each -> tables.i64(each.owner).varint(each.name));
    tables.varint(firstLease).varint(count).varint(bodies.length());
    byte[] chunk = Arrays.copyOf(tables.array(), tables.length() + heads.length());
    System.arraycopy(heads.array(), 0, chunk, tables.length(), heads.length());
    clear();
    return chunk;
  }

  /** The next chunk begins. */
  void clear() {
    heads.clear();
    bodies.clear();
    names.clear();
    places.clear();
    terms.clear();
    workers.clear();
    workerPlaces.clear();
    lastWorker = null;
    firstLease = 0;
    lastName = null;
    count = 0;
    repeats = false;
  }

  private void write(Terms each) {
    tables.varint(each.timeout()).varint(each.maxAttempts()).varint(each.backoff());
    tables.varint(each.priority()).varint(each.delay()).varint(each.expiresIn());
    tables.varint(each.require().size());
    each.require().forEach((name, value) -> tables.text(name).text(value));
  }
}
