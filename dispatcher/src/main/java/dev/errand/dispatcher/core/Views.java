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
    if (task.isSuspect()) {
      return new WaitingFor(
          Code.SLOTS_BUSY,
          "two workers were lost with it: it waits for one for '" + name + "' to run it alone");
    }
    return mayStart(task.queue) ? null : new WaitingFor(Code.SLOTS_BUSY, busy(task.queue));
  }

  /** Whether the next of the queue is leased at the end of this turn. */
  private static boolean mayStart(TaskQueue queue) {
    return queue
        .offers
        .all()
        .anyMatch(
            offering ->
                offering.worker.isShared() && offering.worker.available(offering.offer.pool()) > 0);
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
      all.add(type(type, now));
    }
    return all;
  }

  /** One type. */
  static TypeView type(TaskType type, Now now) {
    return new TypeView(
        type.name,
        type.size() + type.recovering.size() + type.beyond,
        type.running,
        type.zombies,
        oldestMillis(type, now),
        capacity(type),
        unserved(type),
        type.settings);
  }

  private static TypeView.Capacity capacity(TaskType type) {
    int takers = 0;
    long slots = 0;
    long free = 0;
    for (TaskType.Provider provider : type.providers) {
      WorkerPeer worker = provider.worker();
      if (!worker.isDraining()) {
        takers++;
        slots += worker.slots.of(provider.offer().pool());
        free += worker.free(provider.offer().pool());
      }
    }
    return new TypeView.Capacity(type.providers.size(), takers, slots, free);
  }

  /** Those that wait for labels which no worker has. */
  private static TypeView.Unserved unserved(TaskType type) {
    long tasks = 0;
    String labels = null;
    for (TaskQueue queue : type.demanding()) {
      if (queue.size() > 0 && queue.offers.all().allMatch(each -> each.worker.isDraining())) {
        tasks += queue.size();
        labels = labels == null ? text(queue.require) : labels;
      }
    }
    return tasks == 0 ? TypeView.Unserved.NONE : new TypeView.Unserved(tasks, labels);
  }

  private static long oldestMillis(TaskType type, Now now) {
    LiveTask oldest = TaskLine.older(type.recovering.oldest(), type.plain().oldest());
    for (TaskQueue queue : type.demanding()) {
      oldest = TaskLine.older(oldest, queue.oldest());
    }
    return oldest == null ? 0 : Math.max(0, now.nanos() - oldest.wakeNanos) / MILLI;
  }

  /** How a worker's incarnation is called outside. */
  static String id(WorkerPeer worker) {
    return id(worker.session.peer());
  }

  /** The same of the one that has that number. */
  static String id(long incarnation) {
    return Long.toHexString(incarnation);
  }

  /** A worker that is linked. */
  static WorkerView worker(WorkerPeer worker, Now now) {
    return new WorkerView(
        id(worker),
        worker.nodeId,
        worker.name,
        worker.types,
        worker.labels,
        worker.slots,
        worker.leases.byPool(),
        (now.nanos() - worker.heardNanos) / MILLI,
        worker.isDraining());
  }
}
