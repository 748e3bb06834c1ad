package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.LineKey;
import dev.errand.protocol.TaskState;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Where the records of each kept task are: the chunk with what was submitted and the chunk with the
 * last record; and what tasks are looked for by. In pages in the order of the tasks' ids; 17 bytes
 * a task, and four each where tasks of different lines, or of batches, share a page. A page knows
 * what none of its tasks has, so that a search passes it by; a place whose task is kept no more
 * stays empty, and two pages of which little is left become one. Methods that take no id are about
 * the task at hand, which was found or added last. Owner: the store's thread.
 */
final class TaskIndex {

  private static final int PAGE = 256;
  private static final int STATE_BITS = 7;
  private static final int KEYED = 8;
  private static final int UNTRIED = 16;

  /** The place is empty: its task is kept no more. */
  private static final int GONE = 32;

  private static final TaskState[] STATES = TaskState.values();

  private static final class Page {
    private final long[] ids = new long[PAGE];
    private final int[] whole = new int[PAGE];
    private final int[] last = new int[PAGE];
    private final byte[] flags = new byte[PAGE];

    /** Line of all of them; or of each. */
    private int line;

    private int[] lines;
    private int[] batches;

    /** Places that are or were a task's. */
    private int used;

    /** Places that are a task's. */
    private int live;

    /** How many are in each state. */
    private final short[] inState = new short[STATES.length];

    /** A bit for the line's, and the batch's, number of each, modulo 64. */
    private long lineBits;

    private long batchBits;

    private int line(int at) {
      return lines == null ? line : lines[at];
    }

    /** Number of the batch; 0: it has none. */
    private int batch(int at) {
      return batches == null ? 0 : batches[at];
    }

    private boolean isGone(int at) {
      return (flags[at] & GONE) != 0;
    }

    /** Takes the empty places out. */
    private void close() {
      int to = 0;
      for (int from = 0; from < used; from++) {
        if (!isGone(from)) {
          ids[to] = ids[from];
          whole[to] = whole[from];
          last[to] = last[from];
          flags[to] = flags[from];
          if (lines != null) {
            lines[to] = lines[from];
          }
          if (batches != null) {
            batches[to] = batches[from];
          }
          to++;
        }
      }
      used = to;
    }

    /** Takes all of the page behind it; neither has empty places. */
    private void take(Page behind) {
      if (lines == null && (behind.lines != null || behind.line != line)) {
        lines = new int[PAGE];
        Arrays.fill(lines, line);
      }
      if (batches == null && behind.batches != null) {
        batches = new int[PAGE];
      }
      System.arraycopy(behind.ids, 0, ids, used, behind.used);
      System.arraycopy(behind.whole, 0, whole, used, behind.used);
      System.arraycopy(behind.last, 0, last, used, behind.used);
      System.arraycopy(behind.flags, 0, flags, used, behind.used);
      for (int i = 0; i < behind.used; i++) {
        if (lines != null) {
          lines[used + i] = behind.line(i);
        }
        if (batches != null) {
          batches[used + i] = behind.batch(i);
        }
      }
      used += behind.used;
      learn();
    }

    /** Counts anew which states, lines and batches its tasks have. */
    private void learn() {
      Arrays.fill(inState, (short) 0);
      lineBits = 0;
      batchBits = 0;
      live = 0;
      for (int i = 0; i < used; i++) {
        if (!isGone(i)) {
          live++;
          inState[flags[i] & STATE_BITS]++;
          lineBits |= bit(line(i));
          batchBits |= batch(i) == 0 ? 0 : bit(batch(i));
        }
      }
    }
  }

  private final Numbers<LineKey> lines = new Numbers<>();
  private final Numbers<String> batches = new Numbers<>();
  private final List<Page> pages = new ArrayList<>();
  private Page page;
  private int pageAt;
  private int place;
  private int size;

  /** Kept tasks. */
  int size() {
    return size;
  }

  /** How many there are, of about 5 KB each. */
  int pages() {
    return pages.size();
  }

  /** No kept task has a higher id; 0 if there is none. */
  long newest() {
    Page newest = pages.isEmpty() ? null : pages.get(pages.size() - 1);
    return newest == null ? 0 : newest.ids[newest.used - 1];
  }

  /** Goes to that task; false if it is not kept. */
  boolean find(long id) {
    if (id > newest()) {
      return false;
    }
    if (page == null || id < page.ids[0] || id > page.ids[page.used - 1]) {
      int before = pageBefore(id);
      if (before < 0) {
        return false;
      }
      go(before);
      place = -1;
    }
    int next = place + 1;
    place =
        next >= 0 && next < page.used && page.ids[next] == id
            ? next
            : Arrays.binarySearch(page.ids, 0, page.used, id);
    return place >= 0 && !page.isGone(place);
  }

  private void go(int at) {
    pageAt = at;
    page = pages.get(at);
  }

  /** The last page that begins at or before that id; -1 if there is none. */
  private int pageBefore(long id) {
    int low = 0;
    int high = pages.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (pages.get(middle).ids[0] <= id) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /**
   * Adds a task that is not there.
   *
   * @param chunk with its only record
   * @param batch name of its batch; null: it has none
   */
  void add(long id, int chunk, TaskState state, boolean keyed, LineKey line, String batch) {
    boolean last = id > newest();
    int before = last ? pages.size() - 1 : pageBefore(id);
    Page full = before >= 0 && pages.get(before).used == PAGE ? pages.get(before) : null;
    if (full != null && full.live <= (last ? PAGE / 2 : PAGE - 1)) {
      full.close();
      full = null;
    }
    if (before < 0 || full != null) {
      split(before, id);
    } else {
      go(before);
    }
    int at = Arrays.binarySearch(page.ids, 0, page.used, id);
    if (at < 0) {
      at = -1 - at;
      move(at, at + 1, page.used - at);
      page.used++;
    }
    page.live++;
    size++;
    place = at;
    page.ids[at] = id;
    page.whole[at] = chunk;
    page.last[at] = chunk;
    page.flags[at] = (byte) (state.ordinal() | (keyed ? KEYED : 0));
    page.inState[state.ordinal()]++;
    setLine(lines.retain(line));
    setBatch(batch == null ? 0 : batches.retain(batch));
  }

  private void setLine(int line) {
    if (page.live == 1) {
      page.line = line;
      page.lines = null;
    } else if (page.lines == null && page.line != line) {
      page.lines = new int[PAGE];
      Arrays.fill(page.lines, page.line);
    }
    if (page.lines != null) {
      page.lines[place] = line;
    }
    page.lineBits |= bit(line);
  }

  private void setBatch(int batch) {
    if (batch != 0 && page.batches == null) {
      page.batches = new int[PAGE];
    }
    if (page.batches != null) {
      page.batches[place] = batch;
    }
    page.batchBits |= batch == 0 ? 0 : bit(batch);
  }

  private static long bit(int number) {
    return 1L << number;
  }

  /** Goes to a page with room for that id, behind the full one at that place. */
  private void split(int before, long id) {
    Page full = before < 0 ? null : pages.get(before);
    Page fresh = new Page();
    pages.add(before + 1, fresh);
    go(before + 1);
    if (full == null || id > full.ids[full.used - 1]) {
      return;
    }
    // It belongs into the middle: the upper half moves.
    int half = PAGE / 2;
    int moved = full.used - half;
    System.arraycopy(full.ids, half, fresh.ids, 0, moved);
    System.arraycopy(full.whole, half, fresh.whole, 0, moved);
    System.arraycopy(full.last, half, fresh.last, 0, moved);
    System.arraycopy(full.flags, half, fresh.flags, 0, moved);
    fresh.line = full.line;
    fresh.lines = full.lines == null ? null : upper(full.lines, half, moved);
    fresh.batches = full.batches == null ? null : upper(full.batches, half, moved);
    fresh.used = moved;
    full.used = half;
    full.learn();
    fresh.learn();
    if (id < fresh.ids[0]) {
      go(before);
    }
  }

  private static int[] upper(int[] all, int from, int count) {
    int[] upper = new int[PAGE];
    System.arraycopy(all, from, upper, 0, count);
    return upper;
  }

  private void move(int from, int to, int count) {
    System.arraycopy(page.ids, from, page.ids, to, count);
    System.arraycopy(page.whole, from, page.whole, to, count);
    System.arraycopy(page.last, from, page.last, to, count);
    System.arraycopy(page.flags, from, page.flags, to, count);
    if (page.lines != null) {
      System.arraycopy(page.lines, from, page.lines, to, count);
    }
    if (page.batches != null) {
      System.arraycopy(page.batches, from, page.batches, to, count);
    }
  }

  /** It is kept no more; none is at hand then. Its place is not closed, which would cost more. */
  void remove() {
    lines.release(line());
    if (batch() != 0) {
      batches.release(batch());
    }
    page.inState[state().ordinal()]--;
    page.flags[place] = GONE;
    page.live--;
    size--;
    if (page.live == 0) {
      pages.remove(pageAt);
      page = null;
    } else if (!merge(pageAt - 1)) {
      merge(pageAt);
    }
  }

  /** Makes one page of the one at that place and the next, if half a page holds both. */
  private boolean merge(int at) {
    boolean both = at >= 0 && at + 1 < pages.size();
    if (!both || pages.get(at).live + pages.get(at + 1).live > PAGE / 2) {
      return false;
    }
    Page first = pages.get(at);
    Page second = pages.remove(at + 1);
    first.close();
    second.close();
    first.take(second);
    page = null;
    return true;
  }

  long id() {
    return page.ids[place];
  }

  /** Chunk with what was submitted. */
  int whole() {
    return page.whole[place];
  }

  /** Chunk with the last record. */
  int last() {
    return page.last[place];
  }

  void whole(int chunk) {
    page.whole[place] = chunk;
  }

  void last(int chunk) {
    page.last[place] = chunk;
  }

  TaskState state() {
    return STATES[page.flags[place] & STATE_BITS];
  }

  void state(TaskState state) {
    int flags = page.flags[place];
    page.inState[flags & STATE_BITS]--;
    page.inState[state.ordinal()]++;
    page.flags[place] = (byte) (flags & ~STATE_BITS | state.ordinal());
  }

  /** Whether it has an idempotency key. */
  boolean isKeyed() {
    return (page.flags[place] & KEYED) != 0;
  }

  /** Whether it waits and never was anywhere else. */
  boolean isUntried() {
    return (page.flags[place] & UNTRIED) != 0;
  }

  void untried(boolean is) {
    int flags = page.flags[place] & ~UNTRIED;
    page.flags[place] = (byte) (is ? flags | UNTRIED : flags);
  }

  private int line() {
    return page.line(place);
  }

  /** Number of its batch; 0: it has none. */
  int batch() {
    return page.batch(place);
  }

  /** Number of a batch; 0: no task of it is kept. */
  int batch(String name) {
    return batches.find(name);
  }

  /** Whether any task of the batch with that number is kept. */
  boolean hasBatch(int number) {
    return batches.get(number) != null;
  }

  /** All batches' numbers are below. */
  int batchBound() {
    return batches.bound();
  }

  /** Goes to the first task whose id is higher; false if there is none. */
  boolean after(long id) {
    if (page != null && place >= 0 && place < page.used && page.ids[place] == id && forward()) {
      return true;
    }
    int at = Math.max(0, pageBefore(id));
    for (; at < pages.size(); at++) {
      go(at);
      int found = Arrays.binarySearch(page.ids, 0, page.used, id);
      place = found >= 0 ? found : -2 - found;
      if (forward()) {
        return true;
      }
    }
    return false;
  }

  /** Goes to the next task of the page at hand; false if there is none. */
  private boolean forward() {
    do {
      place++;
    } while (place < page.used && page.isGone(place));
    return place < page.used;
  }

  /** Goes to the first untried task of that line whose id is higher; false if there is none. */
  boolean waitingAfter(long id, LineKey key) {
    int line = lines.find(key);
    boolean more = line != 0 && after(id);
    while (more) {
      if (page.inState[TaskState.QUEUED.ordinal()] == 0 || (page.lineBits & bit(line)) == 0) {
        // None of this page.
        more = after(page.ids[page.used - 1]);
      } else if (isUntried() && line() == line) {
        return true;
      } else {
        more = after(id());
      }
    }
    return false;
  }

  /** Ids of the tasks that are asked for. */
  LongList list(TaskQuery query) {
    LongArrayList found = new LongArrayList();
    int batch = query.batch() == null ? 0 : batches.find(query.batch());
    if (query.batch() != null && batch == 0) {
      return found;
    }
    BitSet ofType = query.type() == null ? null : linesOf(query.type());
    int at = pageBefore(query.before() - 1);
    for (; at >= 0 && found.size() < query.limit(); at--) {
      go(at);
      if (mayHave(query.state(), ofType, batch)) {
        int end = Arrays.binarySearch(page.ids, 0, page.used, query.before());
        place = end >= 0 ? end : -1 - end;
        while (--place >= 0 && found.size() < query.limit()) {
          if (isOne(query.state(), ofType, batch)) {
            found.add(id());
          }
        }
      }
    }
    return found;
  }

  private BitSet linesOf(String type) {
    BitSet all = new BitSet();
    for (int line = 1; line < lines.bound(); line++) {
      if (lines.get(line) != null && lines.get(line).type().equals(type)) {
        all.set(line);
      }
    }
    return all;
  }

  /** Whether the page at hand may have such a task. */
  private boolean mayHave(TaskState state, BitSet ofType, int batch) {
    return (state == null || page.inState[state.ordinal()] > 0)
        && (batch == 0 || (page.batchBits & bit(batch)) != 0)
        && (ofType == null || mayHave(ofType));
  }

  private boolean mayHave(BitSet ofType) {
    if (page.lines == null) {
      return ofType.get(page.line);
    }
    for (int line = ofType.nextSetBit(0); line >= 0; line = ofType.nextSetBit(line + 1)) {
      if ((page.lineBits & bit(line)) != 0) {
        return true;
      }
    }
    return false;
  }

  private boolean isOne(TaskState state, BitSet ofType, int batch) {
    return !page.isGone(place)
        && (state == null || state == state())
        && (ofType == null || ofType.get(line()))
        && (batch == 0 || batch == batch());
  }
}
