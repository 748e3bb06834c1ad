package dev.errand.dispatcher.core;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The types that have tasks or workers, or for which something was set; the others are forgotten.
 * Owner: the core's thread.
 */
final class TaskTypes {

  private final Map<String, TaskType> types = new LinkedHashMap<>();
  private final ArrayDeque<TaskType> waiting = new ArrayDeque<>();
  private final Tasks owner;
  private TaskType last;

  TaskTypes(Tasks owner) {
    this.owner = owner;
  }

  /** In the order of their first sight. */
  Collection<TaskType> all() {
    return types.values();
  }

  /** The type of that name; null if nothing is known of it. */
  TaskType find(String name) {
    return types.get(name);
  }

  TaskType get(String name) {
    if (last == null || !last.name.equals(name)) {
      last = types.computeIfAbsent(name, any -> new TaskType(name, owner, this));
    }
    return last;
  }

  void forget(TaskType type) {
    types.remove(type.name, type);
    if (last == type) {
      last = null;
    }
  }

  /** The types that have queued tasks, and perhaps some that had; the next in turn first. */
  ArrayDeque<TaskType> waiting() {
    return waiting;
  }

  /** It has a queued task. */
  void waits(TaskType type) {
    if (!type.waiting) {
      type.waiting = true;
      waiting.add(type);
    }
  }
}
