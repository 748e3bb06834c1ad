package dev.errand.dispatcher.figures;

import dev.errand.dispatcher.core.StoredTask;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What failed since the start, grouped: at most {@value #MOST} groups, of which the one that was
 * not seen for longest goes first. Owner: the dispatcher's event loop.
 */
final class Failures {

  static final int MOST = 100;
  static final int MOST_MESSAGE = 200;

  /** Of a group so many that failed for good are known by themselves, the last ones. */
  static final int MOST_TASKS = 100;

  /** Those are the same. */
  private record Same(String type, ErrorKind kind, String message) {}

  /** A task that failed, and the name of its worker, or null. */
  private record Seen(long task, String worker) {}

  /** In the order in which they were seen last. */
  private final Map<Same, Group> groups = new LinkedHashMap<>();

  /** A record with which an attempt, or the task, failed. */
  void see(StoredTask task) {
    Same same = same(task);
    Group before = groups.remove(same);
    if (before == null && groups.size() == MOST) {
      groups.remove(groups.keySet().iterator().next());
    }
    Group group = before == null ? new Group(same, task) : before;
    group.add(task);
    groups.put(same, group);
  }

  /** A task that had ended so is tried again, or kept no more. */
  void gone(StoredTask task) {
    Group group = task.state() == TaskState.FAILED ? groups.get(same(task)) : null;
    if (group != null) {
      group.gone(task);
    }
  }

  private static Same same(StoredTask task) {
    return new Same(
        task.spec().type(), task.error().kind(), withoutNumbers(task.error().message()));
  }

  private static String withoutNumbers(String message) {
    int most = Math.min(message.length(), MOST_MESSAGE);
    StringBuilder text = new StringBuilder(most);
    for (int i = 0; i < most; i++) {
      char next = message.charAt(i);
      boolean half = i == most - 1 && Character.isHighSurrogate(next);
      if (next == '\n' || next == '\r' || half) {
        break;
      }
      boolean digit = next >= '0' && next <= '9';
      if (!digit) {
        text.append(next);
      } else if (text.isEmpty() || text.charAt(text.length() - 1) != '#') {
        text.append('#');
      }
    }
    return text.toString();
  }

  /** The one that was seen last first. */
  List<Failure> all() {
    List<Failure> all = new ArrayList<>(groups.size());
    groups.values().forEach(group -> all.add(group.failure()));
    Collections.reverse(all);
    return all;
  }

  /** What failed alike. */
  private static final class Group {

    private final Same same;
    private final long firstMillis;
    private final ArrayDeque<Seen> failed = new ArrayDeque<>();
    private long count;
    private long failedTasks;
    private long lastMillis;
    private Seen last;

    Group(Same same, StoredTask first) {
      this.same = same;
      this.firstMillis = first.history().to();
    }

    void add(StoredTask task) {
      count++;
      lastMillis = task.history().to();
      last = new Seen(task.spec().id(), task.history().worker());
      if (task.state() == TaskState.FAILED) {
        failedTasks++;
        failed.addLast(last);
        if (failed.size() > MOST_TASKS) {
          failed.removeFirst();
        }
      }
    }

    /** One that failed before was never counted here. */
    void gone(StoredTask task) {
      if (task.history().to() >= firstMillis && failedTasks > 0) {
        failedTasks--;
        failed.removeIf(seen -> seen.task == task.spec().id());
      }
    }

    /** One that is tried again by itself is not shown in place of one that somebody may retry. */
    Failure failure() {
      Seen shown = failed.isEmpty() ? last : failed.getLast();
      return new Failure(
          same.type,
          same.kind,
          same.message,
          count,
          failedTasks,
          firstMillis,
          lastMillis,
          shown.task,
          shown.worker);
    }
  }
}
