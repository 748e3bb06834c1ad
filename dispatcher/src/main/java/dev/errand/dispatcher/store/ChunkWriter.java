package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.HistoryEntry;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.Terms;
import dev.errand.protocol.frame.FrameWriter;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A chunk in the making: records of tasks, one behind the other, behind the names and terms that
 * recur in them. Read by {@link ChunkReader}, which says how it looks. Used again for the next one.
 * Not thread-safe.
 */
final class ChunkWriter {

  static final int VERSION = 1;

  static final int REST = 0;
  static final int WHOLE = 1;
  static final int FORGOTTEN = 2;

  static final int LEASE = 1;
  static final int LEASE_OPEN = 2;
  static final int RESULT = 4;
  static final int ERROR = 8;
  static final int KEY = 1;
  static final int BATCH = 2;

  private static final int USUAL_BYTES = 1 << 16;

  private final FrameWriter out = FrameWriter.headless(USUAL_BYTES);
  private final FrameWriter head = FrameWriter.headless(256);
  private final List<String> names = new ArrayList<>();
  private final Object2IntOpenHashMap<String> places = new Object2IntOpenHashMap<>();
  private final List<Terms> terms = new ArrayList<>();
  private String lastName;
  private int lastPlace;
  private int count;
  private boolean repeats;

  ChunkWriter() {
    places.defaultReturnValue(-1);
  }

  int count() {
    return count;
  }

  /**
   * Adds the last record of a task.
   *
   * @param whole whether with what was submitted, which a store keeps once
   * @param again whether the chunk has a record of the task already, which this one replaces
   */
  void add(StoredTask task, boolean whole, boolean again) {
    repeats |= again;
    int start = out.length();
    out.i32(0).i64(task.spec().id()).u8(whole ? WHOLE : REST);
    if (whole) {
      spec(task.spec());
    }
    rest(task);
    out.i32At(start, out.length() - start - Integer.BYTES);
    count++;
  }

  /** Adds that a task is kept no more. */
  void forget(long task) {
    out.i32(Long.BYTES + 1).i64(task).u8(FORGOTTEN);
    count++;
  }

  private void spec(TaskSpec spec) {
    name(spec.type());
    out.varint(place(spec.terms()));
    out.varint(spec.submitted());
    out.u8((spec.key() == null ? 0 : KEY) | (spec.batch() == null ? 0 : BATCH));
    if (spec.key() != null) {
      out.text(spec.key());
    }
    if (spec.batch() != null) {
      name(spec.batch().batch());
      out.varint(spec.batch().line());
    }
    out.bytes(spec.payload());
  }

  private void rest(StoredTask task) {
    StoredTask.LastLease lease = task.lease();
    int flags = lease == null ? 0 : LEASE | (lease.open() ? LEASE_OPEN : 0);
    flags |= task.result() == null ? 0 : RESULT;
    flags |= task.error() == null ? 0 : ERROR;
    out.u8(task.state().ordinal()).u8(flags).varint(task.opened()).varint(task.due());
    out.varint(task.tries().generation()).varint(task.tries().attempts());
    out.varint(task.tries().failures()).varint(task.tries().losses());
    if (lease != null) {
      out.varint(lease.id()).i64(lease.owner());
      optional(lease.worker());
      out.varint(lease.started()).varint(lease.timeout());
    }
    if (task.result() != null) {
      out.bytes(task.result());
    }
    if (task.error() != null) {
      error(task.error());
    }
    history(task.history());
  }

  private void error(TaskError error) {
    out.u8(error.kind().ordinal()).text(error.message()).text(error.detail());
  }

  private void history(HistoryEntry last) {
    out.varint(last == null ? 0 : last.depth());
    for (HistoryEntry each = last; each != null; each = each.before()) {
      out.u8(each.event().ordinal()).varint(each.attempt());
      optional(each.worker());
      out.varint(each.from()).varint(each.to()).text(each.reason());
    }
  }

  /** A name that recurs, or none. */
  private void optional(String name) {
    if (name == null) {
      out.varint(0);
    } else {
      out.varint(place(name) + 1L);
    }
  }

  private void name(String name) {
    out.varint(place(name));
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

  /** The finished chunk; the next one begins. */
  byte[] finish() {
    head.clear();
    head.u8(VERSION).u8(repeats ? 1 : 0).varint(names.size());
    names.forEach(head::text);
    head.varint(terms.size());
    terms.forEach(this::write);
    head.varint(count);
    byte[] chunk = Arrays.copyOf(head.array(), head.length() + out.length());
    System.arraycopy(out.array(), 0, chunk, head.length(), out.length());
    out.clear();
    names.clear();
    places.clear();
    terms.clear();
    lastName = null;
    count = 0;
    repeats = false;
    return chunk;
  }

  private void write(Terms each) {
    head.varint(each.timeout()).varint(each.maxAttempts()).varint(each.backoff());
    head.varint(each.priority()).varint(each.delay()).varint(each.expiresIn());
    head.varint(each.require().size());
    each.require().forEach((name, value) -> head.text(name).text(value));
  }

  /** Bytes so far; names and terms are little beside them. */
  int bytes() {
    return out.length();
  }
}
