package dev.errand.dispatcher.core;

import dev.errand.protocol.Millis;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.WaitingFor;
import dev.errand.protocol.WaitingFor.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is seen from outside. Changes nothing. Owner: the core's thread. */
final class Views {

  private static final long MILLI = 1_000_000L;

  private Views() {}

  /** A task that has not ended. */
  static Task task(LiveTask task, Now now) {
    StoredTask.LastLease last = task.past().last;
    TaskSpec spec = task.spec;
    return new Task(
        TaskId.text(spec.id()),
        spec.type(),
        task.state,
        spec.payload(),
        null,
        task.past().error,
        new Task.Attempts(
            task.tries.attempts(), spec.terms().maxAttempts(), last == null ? null : last.worker()),
        new Task.Times(spec.submitted(), last == null ? 0 : last.started(), 0),
        spec.terms().priority(),
        spec.batch() == null ? null : spec.batch().batch(),
        task.past().progress,
        task.state == TaskState.RUNNING ? null : waitingFor(task, now));
  }

  private static WaitingFor waitingFor(LiveTask task, Now now) {
    return switch (task.place) {
      case SUBMITTED, LEASED, ENDING -> null;
      case DELAYED -> new WaitingFor(Code.DELAY, "it starts in " + left(task, now));
      case BACKOFF ->
          new WaitingFor(
              Code.BACKOFF,
              "attempt " + (task.tries.attempts() + 1) + " starts in " + left(task, now));
      case RECOVERING ->
          new WaitingFor(
              Code.RECOVERING,
              "the dispatcher has just started again, and a worker may still run it");
      case QUEUED -> inQueue(task);
    };
  }

  private static String left(LiveTask task, Now now) {
    return Millis.about(Math.max(0, task.wakeNanos - now.nanos()) / MILLI);
  }

  private static WaitingFor inQueue(LiveTask task) {
    TaskType type = task.queue.type;
    String name = type.name;
    if (type.settings.paused()) {
      return new WaitingFor(Code.PAUSED, "'" + name + "' is paused");
    }
    if (type.providers.stream().allMatch(provider -> provider.worker().isDraining())) {
      return new WaitingFor(Code.NO_WORKER, "no worker offers '" + name + "'");
    }
    if (task.queue.offers.all().allMatch(offering -> offering.worker.isDraining())) {
      return new WaitingFor(
          Code.NO_WORKER,
          "no worker that offers '" + name + "' has the labels " + text(task.queue.require));
    }
    if (!type.mayRun()) {
      return new WaitingFor(Code.LIMIT, limit(type));
    }
    return new WaitingFor(
        Code.SLOTS_BUSY,
        task.isSuspect()
            ? "two workers were lost with it: it waits for one for '" + name + "' to run it alone"
            : busy(task.queue));
  }

  private static String busy(TaskQueue queue) {
    String text =
        "every slot for '" + queue.type.name + "' is busy (" + queue.type.running + " run)";
    boolean kept =
        queue
            .offers
            .all()
            .map(offering -> offering.worker)
            .anyMatch(worker -> !worker.isDraining() && !worker.isShared());
    return kept ? text + ", or its worker is kept for a task that must run alone" : text;
  }

  private static String limit(TaskType type) {
    String text =
        "'" + type.name + "' may run " + type.settings.limit() + " at once, and " + type.running;
    return type.zombies == 0
        ? text + " run"
        : text + " run beside " + type.zombies + " that were told to stop and have not yet";
  }

  private static String text(Map<String, String> labels) {
    StringBuilder text = new StringBuilder();
    labels.forEach(
        (label, value) ->
            text.append(text.isEmpty() ? "" : ", ").append(label).append(": ").append(value));
    return text.toString();
  }

  /** All types, those that were seen first before the others. */
  static List<TypeView> types(TaskTypes types, Now now) {
    List<TypeView> all = new ArrayList<>();
    for (TaskType type : types.all()) {
      all.add(
          new TypeView(
              type.name,
              type.size() + type.recovering.size() + type.beyond,
              type.running,
              type.zombies,
              oldestMillis(type, now),
              type.providers.size(),
              type.settings));
    }
    return all;
  }

  private static long oldestMillis(TaskType type, Now now) {
    long oldest = Math.max(wait(type.recovering.first(), now), wait(type.plain().oldest(), now));
    for (TaskQueue queue : type.demanding()) {
      oldest = Math.max(oldest, wait(queue.oldest(), now));
    }
    return oldest;
  }

  private static long wait(LiveTask oldest, Now now) {
    return oldest == null ? 0 : Math.max(0, now.wallMillis() - oldest.spec.submitted());
  }

  /** A worker that is linked. */
  static WorkerView worker(WorkerPeer worker, Now now) {
    return new WorkerView(
        Long.toHexString(worker.session.peer()),
        worker.name,
        worker.types,
        worker.labels,
        worker.slots,
        worker.leases.size(),
        (now.nanos() - worker.heardNanos) / MILLI,
        worker.isDraining());
  }
}
