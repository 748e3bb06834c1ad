package dev.errand.dispatcher.store;

import dev.errand.protocol.TaskState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the records of each kept task are: the chunk with what was submitted and the chunk with the
 * last record. In pages in the order of the tasks' ids, 25 bytes a task, 29 for those of batches.
 * Methods that take no id are about the task that was found or added last. Owner: the store's
 * thread.
 */
final class TaskIndex {

  private static final int PAGE = 256;
  private static final int STATE_BITS = 0x0f;
  private static final int KEYED = 0x10;
  private static final int REVIVED = 0x20;
  private static final TaskState[] STATES = TaskState.values();

  private static final class Page {
    private final long[] ids = new long[PAGE];
    private final long[] whole = new long[PAGE];
    private final long[] last = new long[PAGE];
    private final byte[] flags = new byte[PAGE];
    private int[] batches;
    private int used;
  }

  private final List<Page> pages = new ArrayList<>();
  private Page page;
  private int place;
  private int size;

  /** Kept tasks. */
  int size() {
    return size;
  }

  /** Id of the newest; 0 if there is none. */
  long newest() {
    Page newest = pages.isEmpty() ? null : pages.get(pages.size() - 1);
    return newest == null ? 0 : newest.ids[newest.used - 1];
  }

  /** Goes to that task; false if it is not kept. */
  boolean find(long id) {
    if (id > newest()) {
      return false;
    }
    if (page == null || page.used == 0 || id < page.ids[0] || id > page.ids[page.used - 1]) {
      int before = pageBefore(id);
      if (before < 0) {
        return false;
      }
      page = pages.get(before);
      place = -1;
    }
    int next = place + 1;
    if (next >= 0 && next < page.used && page.ids[next] == id) {
      place = next;
      return true;
    }
    place = Arrays.binarySearch(page.ids, 0, page.used, id);
    return place >= 0;
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

  /** Adds a task that is not there. */
  void add(long id, long chunk, TaskState state, boolean keyed, int batch) {
    int before = id > newest() ? pages.size() - 1 : pageBefore(id);
    page = before < 0 ? null : pages.get(before);
    if (page == null || page.used == PAGE) {
      page = split(before, id);
    }
    int at = -1 - Arrays.binarySearch(page.ids, 0, page.used, id);
    move(at, at + 1, page.used - at);
    page.used++;
    size++;
    place = at;
    page.ids[at] = id;
    page.whole[at] = chunk;
    page.last[at] = chunk;
    page.flags[at] = (byte) (state.ordinal() | (keyed ? KEYED : 0));
    if (batch != 0 && page.batches == null) {
      page.batches = new int[PAGE];
    }
    if (page.batches != null) {
      page.batches[at] = batch;
    }
  }

  /** A page with room for that id, behind the one at that place. */
  private Page split(int before, long id) {
    Page full = before < 0 ? null : pages.get(before);
    Page fresh = new Page();
    pages.add(before + 1, fresh);
    if (full == null || id > full.ids[full.used - 1]) {
      return fresh;
    }
    // It belongs into the middle: the upper half moves.
    int half = PAGE / 2;
    System.arraycopy(full.ids, half, fresh.ids, 0, PAGE - half);
    System.arraycopy(full.whole, half, fresh.whole, 0, PAGE - half);
    System.arraycopy(full.last, half, fresh.last, 0, PAGE - half);
    System.arraycopy(full.flags, half, fresh.flags, 0, PAGE - half);
    if (full.batches != null) {
      fresh.batches = new int[PAGE];
      System.arraycopy(full.batches, half, fresh.batches, 0, PAGE - half);
    }
    full.used = half;
    fresh.used = PAGE - half;
    return id < fresh.ids[0] ? full : fresh;
  }

  private void move(int from, int to, int count) {
    System.arraycopy(page.ids, from, page.ids, to, count);
    System.arraycopy(page.whole, from, page.whole, to, count);
    System.arraycopy(page.last, from, page.last, to, count);
    System.arraycopy(page.flags, from, page.flags, to, count);
    if (page.batches != null) {
      System.arraycopy(page.batches, from, page.batches, to, count);
    }
  }

  /** It is kept no more. */
  void remove() {
    move(place + 1, place, page.used - place - 1);
    page.used--;
    size--;
    if (page.used == 0) {
      pages.remove(pages.get(0) == page ? 0 : pages.indexOf(page));
      page = null;
    }
  }

  long id() {
    return page.ids[place];
  }

  /** Chunk with what was submitted. */
  long whole() {
    return page.whole[place];
  }

  /** Chunk with the last record. */
  long last() {
    return page.last[place];
  }

  void whole(long chunk) {
    page.whole[place] = chunk;
  }

  void last(long chunk) {
    page.last[place] = chunk;
  }

  TaskState state() {
    return STATES[page.flags[place] & STATE_BITS];
  }

  void state(TaskState state) {
    int flags = page.flags[place] & ~STATE_BITS | state.ordinal();
    boolean revived = state().terminal() && !state.terminal();
    page.flags[place] = (byte) (revived ? flags | REVIVED : flags);
  }

  /** Whether it has an idempotency key. */
  boolean isKeyed() {
    return (page.flags[place] & KEYED) != 0;
  }

  /** It had ended before. */
  void revived() {
    page.flags[place] |= REVIVED;
  }

  /** Whether it had ended before, and was tried again. */
  boolean wasRevived() {
    return (page.flags[place] & REVIVED) != 0;
  }

  /** Number of its batch; 0: it has none. */
  int batch() {
    return page.batches == null ? 0 : page.batches[place];
  }

  /** Goes to the first task whose id is higher; false if there is none. */
  boolean after(long id) {
    int at = Math.max(0, pageBefore(id));
    while (at < pages.size()) {
      page = pages.get(at);
      int found = Arrays.binarySearch(page.ids, 0, page.used, id);
      place = found >= 0 ? found + 1 : -1 - found;
      if (place < page.used) {
        return true;
      }
      at++;
    }
    return false;
  }
}
