package dev.errand.dispatcher.core;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The tasks that have not ended, by id. Ids ascend as tasks come, so they are kept in the order of
 * their coming, in pages: to add and to remove one touches nothing that the tasks beside it have
 * not touched, which a hash table of millions would. To find one takes a binary search. Those that
 * come with an older id, because they are tried again, are in a hash table. Owner: the core's
 * thread.
 */
final class TaskTable {

  /** Tasks that came one after the other, as far as they have not ended. */
  static final class Page {
    private static final int SIZE = 256;

    /** So few are not worth a page. */
    private static final int FEW = 8;

    private final long[] ids = new long[SIZE];
    private final LiveTask[] tasks = new LiveTask[SIZE];
    private int used;
    private int live;
  }

  private final List<Page> pages = new ArrayList<>();
  private final Long2ObjectOpenHashMap<LiveTask> late = new Long2ObjectOpenHashMap<>();

  /** Pages without a live task that are still in the list. */
  private int empty;

  private long lastId;
  private int size;

  int size() {
    return size;
  }

  void add(LiveTask task) {
    long id = task.spec.id();
    size++;
    if (id <= lastId) {
      late.put(id, task);
      return;
    }
    lastId = id;
    Page page = pages.isEmpty() ? null : pages.get(pages.size() - 1);
    if (page == null || page.used == Page.SIZE) {
      page = new Page();
      pages.add(page);
    }
    page.ids[page.used] = id;
    page.tasks[page.used] = task;
    task.page = page;
    task.placeOnPage = page.used;
    page.used++;
    page.live++;
  }

  void remove(LiveTask task) {
    size--;
    Page page = task.page;
    if (page == null) {
      late.remove(task.spec.id());
      return;
    }
    page.tasks[task.placeOnPage] = null;
    page.live--;
    if (page.used == Page.SIZE && page.live <= Page.FEW) {
      moveLate(page);
    }
    if (page.live == 0 && page.used == Page.SIZE && ++empty > pages.size() / 2) {
      pages.removeIf(each -> each.live == 0 && each.used == Page.SIZE);
      empty = 0;
    }
  }

  private void moveLate(Page page) {
    for (LiveTask each : page.tasks) {
      if (each != null) {
        each.page = null;
        late.put(each.spec.id(), each);
      }
    }
    Arrays.fill(page.tasks, null);
    page.live = 0;
  }

  /** Null if there is none. */
  LiveTask get(long id) {
    if (id == lastId && !pages.isEmpty()) {
      Page newest = pages.get(pages.size() - 1);
      if (newest.ids[newest.used - 1] == id && newest.tasks[newest.used - 1] != null) {
        return newest.tasks[newest.used - 1];
      }
    }
    LiveTask task = late.isEmpty() ? null : late.get(id);
    Page page = task == null ? page(id) : null;
    if (page == null) {
      return task;
    }
    int place = Arrays.binarySearch(page.ids, 0, page.used, id);
    return place < 0 ? null : page.tasks[place];
  }

  /** The last page that begins at or before that id; null if there is none. */
  private Page page(long id) {
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
    return low == 0 ? null : pages.get(low - 1);
  }

  /** Shows all of them; none may be added or removed meanwhile. */
  void forEach(Consumer<LiveTask> reader) {
    for (Page page : pages) {
      for (int i = 0; page.live > 0 && i < page.used; i++) {
        if (page.tasks[i] != null) {
          reader.accept(page.tasks[i]);
        }
      }
    }
    late.values().forEach(reader);
  }
}
