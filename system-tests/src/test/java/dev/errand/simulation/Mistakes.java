package dev.errand.simulation;

import static dev.errand.simulation.Mistake.inDispatcher;
import static dev.errand.simulation.Mistake.inProtocol;
import static dev.errand.simulation.Mistake.inWorker;

import java.util.List;

/** The mistakes that are planted. */
final class Mistakes {

  static final List<Mistake> ALL =
      List.of(
          inDispatcher(
              "a late outcome counts after a timeout",
              "Leases",
              """
                    if (!overstays) {
                      close(lease);
                    }
                    return;
              """,
              """
                    lease.zombie = overstays || lease.task.place == LiveTask.Place.ENDING;
                    if (lease.zombie) {
                      return;
                    }
                    lease.worker.zombies--;
                    lease.task.queue.type.zombies--;
              """),
          inDispatcher(
              "a lease lives longer than it may",
              "Leases",
              "(lease.timeout() + settings.timings().grace()) * 1_000_000;",
              "(lease.timeout() + settings.timings().grace()) * 2_000_000;"),
          inDispatcher(
              "a lease does not end with its worker",
              "Leases",
              "lost(lease, \"worker '\" + worker.name + \"' \" + how, now);",
              "{}"),
          inDispatcher(
              "what only the store has is not asked for any more",
              "Backlogs",
              "if (backlog.count == 0 || backlog.loading || held) {",
              "if (backlog.loadedUpTo > 0) {"),
          inDispatcher(
              "what only the store has is asked for from the second on",
              "Backlogs",
              "backlog.loadedUpTo = task - 1;",
              "backlog.loadedUpTo = task;"),
          inDispatcher(
              "a task comes from the store twice",
              "Tasks",
              "if (live.get(each.spec().id()) == null) {",
              "if (true) {"),
          inDispatcher(
              "who waits for what only the store has is forgotten",
              "Tasks",
              "backlogs.watch(task.spec.id(), watchers);",
              "{}"),
          inDispatcher(
              "a failure counts twice",
              "Tasks",
              "task.tries = task.tries.failed();",
              "task.tries = task.tries.failed().failed();"),
          inProtocol(
              "a frame that was lost is not repeated, and its credit is gone",
              "link/SendStream",
              "if (received >= markedSent) {",
              "if (received >= 0) {"),
          inProtocol(
              "an outcome is not kept until it is acknowledged",
              "link/SendStream",
              "while (acked < upTo && acked < sent) {",
              "while (acked < sent) {"),
          inDispatcher(
              "frames of a session that is over count",
              "Peers",
              "return peer != null && peer.session.equals(session) ? peer : null;",
              "return peer;"),
          inDispatcher(
              "leases of two epochs have the same ids",
              "Lease",
              "return (long) epoch << COUNTER_BITS;",
              "return 1L << COUNTER_BITS;"),
          inDispatcher(
              "the timer of a retry is lost",
              "Tasks",
              """
                  record(task, now.wallMillis() + pause);
                  arm(task);
              """,
              """
                  record(task, now.wallMillis() + pause);
              """),
          inDispatcher(
              "a cancelled task rises from the dead",
              "Leases",
              """
                  if (lease.zombie) {
                    return;
                  }
                  if (release.started()) {
              """,
              """
                  if (release.started()) {
              """),
          inDispatcher(
              "the slot of a handler that does not end is given away",
              "TaskType",
              "running + zombies < settings.limit()",
              "running < settings.limit()"),
          inWorker(
              "a worker says too early that a handler has left its slot",
              "WorkerCore",
              """
                    one.wanted = false;
                    one.overstays = true;
                    one.cancel(cancel.reason());
              """,
              """
                    one.wanted = false;
                    new Release(cancel.lease(), true, "").write(link.batch(FrameKind.RELEASE));
                    one.cancel(cancel.reason());
              """),
          inWorker(
              "a worker gives the slot of a handler that does not end to another",
              "WorkerCore",
              """
                    one.wanted = false;
                    one.overstays = true;
                    one.cancel(cancel.reason());
              """,
              """
                    one.wanted = false;
                    one.overstays = true;
                    one.slots().leave();
                    one.cancel(cancel.reason());
              """),
          inWorker(
              "a worker begins one attempt more than it has slots",
              "Slots",
              "return taken < slots;",
              "return taken <= slots;"),
          inDispatcher(
              "an end is told before it is durable",
              "Tasks",
              "    turns.ended(task);\n",
              "    turns.ended(task);\n    if (task.watcher != null) tell(task.watcher, stored);\n"),
          inDispatcher(
              "more is granted than a worker takes",
              "WorkerPeer",
              "return draining ? 0 : limit[pool.ordinal()] - granted[pool.ordinal()];",
              "return draining ? 0 : limit[pool.ordinal()] + 1 - granted[pool.ordinal()];"),
          inDispatcher(
              "who is told to leave gets more until it says that it drains",
              "Peers",
              "    drain(worker);\n    if (!worker.isToldToLeave()) {",
              "    if (!worker.isToldToLeave()) {"),
          inDispatcher(
              "a key is given to another body",
              "Intake",
              "tasks.keys().isSame(key, type, payload, terms)",
              "tasks.keys().find(key) != 0"),
          inDispatcher(
              "a restarted dispatcher knows no keys",
              "Tasks",
              "keys.add(kept.task().spec());",
              "{}"),
          inDispatcher(
              "a poison goes on for too long",
              "Leases",
              "private static final int MOST_LOSSES = 3;",
              "private static final int MOST_LOSSES = 4;"),
          inDispatcher(
              "a lost worker's tasks are not suspected any more when it is back",
              "Tasks",
              """
                  if (counted) {
                    // The worker lives: it was not lost.
              """,
              """
                  if (!counted) {
                    // The worker lives: it was not lost.
              """),
          inDispatcher(
              "one task too many is taken in",
              "Intake",
              "if (tasks.count() + more > limits.queued()) {",
              "if (tasks.count() > limits.queued()) {"),
          inDispatcher(
              "a task that is tried again stays in the books as ended",
              "Tasks",
              """
                  } else {
                    moved(task, TaskState.QUEUED);
              """,
              """
                  } else {
                    task.state = TaskState.QUEUED;
              """),
          inDispatcher(
              "a submission is told before it is safe from a loss of power",
              "Changes",
              """
                void hurry() {
                  urgent = true;
              """,
              """
                void hurry() {
              """),
          inDispatcher(
              "a task that may run once is granted before that is recorded",
              "Leases",
              "if (task.spec.atMostOnce()) {\n      // A crash",
              "if (timeout < 0) {\n      // A crash"),
          inDispatcher(
              "a worker is kept free for a suspect for ever",
              "TaskQueue",
              "reserved().ifPresent(offering -> offering.worker.reserve(null));",
              ""));

  private Mistakes() {}
}
