package dev.errand.dispatcher.core;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which waiting tasks are in memory: of each line so many that are next, as far as there is room;
 * the others follow as these leave. Owner: the core's thread.
 */
final class Backlogs {

  /** So many of a line are in memory however much the others take. */
  private static final int FEW = 64;

  private final int few;

  private final CoreSettings.Window window;
  private final Set<Backlog> all = new LinkedHashSet<>();
  private final List<DispatcherCore.Load> loads = new ArrayList<>();

  /** Who is to be told of the ends of tasks that are not in memory. */
  private final Long2ObjectOpenHashMap<List<ClientPeer>> watchers = new Long2ObjectOpenHashMap<>();

  private long count;
  private boolean held;

  Backlogs(CoreSettings.Window window) {
    this.window = window;
    this.few = Math.min(FEW, window.tasks());
  }

  /** Tasks that are not in memory. */
  long count() {
    return count;
  }

  private int inMemory(Backlog backlog) {
    return backlog.queue.waiting(backlog.priority) + (held ? backlog.recovered : 0);
  }

  /** Whether one more of that line should be in memory. */
  boolean hasRoom(Backlog backlog, long bytesInMemory) {
    int waiting = inMemory(backlog);
    return backlog.count == 0
        && waiting < window.tasks()
        && (waiting < few || bytesInMemory < window.bytes());
  }

  /** A task is the line's last, and not in memory. */
  void add(Backlog backlog, long task) {
    if (backlog.count == 0) {
      backlog.loadedUpTo = task - 1;
      all.add(backlog);
    }
    backlog.count++;
    backlog.queue.type.beyond++;
    count++;
  }

  /** A task of the line comes into memory. */
  void remove(Backlog backlog) {
    backlog.count--;
    backlog.queue.type.beyond--;
    count--;
    if (backlog.count == 0) {
      all.remove(backlog);
    }
  }

  void watch(long task, List<ClientPeer> clients) {
    watchers.put(task, clients);
  }

  /** Takes who watches the task. */
  List<ClientPeer> watchers(long task) {
    List<ClientPeer> clients = watchers.isEmpty() ? null : watchers.remove(task);
    return clients == null ? List.of() : clients;
  }

  /** Clients are gone: nobody tells them anything. */
  void forgetGone() {
    watchers.values().removeIf(clients -> clients.stream().allMatch(client -> client.gone));
  }

  /** Nothing is asked for meanwhile: what workers may still run comes first. */
  void hold(boolean now, long bytesInMemory) {
    held = now;
    if (!now) {
      for (Backlog each : List.copyOf(all)) {
        look(each, bytesInMemory);
      }
    }
  }

  /** Asks for the next of the line, if many of those in memory have left. */
  void look(Backlog backlog, long bytesInMemory) {
    if (backlog.count == 0 || backlog.loading || held) {
      return;
    }
    int waiting = inMemory(backlog);
    boolean roomy = bytesInMemory < window.bytes();
    if (waiting <= few / 2 || roomy && waiting <= window.tasks() / 2) {
      backlog.loading = true;
      int most = Math.max(1, (roomy ? window.tasks() : few) - waiting);
      long mostBytes = Math.max(1, window.bytes() - bytesInMemory);
      loads.add(
          new DispatcherCore.Load(backlog, backlog.line(), backlog.loadedUpTo, most, mostBytes));
    }
  }

  /** Takes what is to be asked for. */
  List<DispatcherCore.Load> loads() {
    if (loads.isEmpty()) {
      return List.of();
    }
    List<DispatcherCore.Load> all = List.copyOf(loads);
    loads.clear();
    return all;
  }
}
