package dev.errand.dispatcher.core;

import dev.errand.protocol.TaskState;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.stream.Stream;

/**
 * Looks at what a core keeps to itself, to find out whether it contradicts itself. Owner: the
 * thread of its core.
 */
public final class CoreView {

  /** Is shown what is there. */
  public interface Visitor {

    /**
     * A task that has not ended.
     *
     * @param place ordinal in {@link #places}
     * @param state as it is seen from outside
     * @param lease the current one; 0 if there is none
     */
    void task(long id, int place, TaskState state, long lease, Tries tries);

    /** A worker that is linked. */
    void worker(long incarnation, int leases, int zombies);

    /** Something sits in two places, or in none. */
    void misplaced(long task, String how);

    /** Something takes more memory than it should, or is counted wrongly. */
    void oversized(String how);
  }

  private final Tasks tasks;
  private final Peers peers;
  private final TaskTable live;
  private final Long2ObjectOpenHashMap<Lease> lost;
  private final ArrayDeque<Turns.Unrecorded> recording;

  @SuppressWarnings("unchecked")
  public CoreView(DispatcherCore core) {
    tasks = (Tasks) read(core, "tasks");
    peers = (Peers) read(core, "peers");
    live = (TaskTable) read(tasks, "live");
    lost = (Long2ObjectOpenHashMap<Lease>) read(read(core, "leases"), "lost");
    recording = (ArrayDeque<Turns.Unrecorded>) read(read(core, "turns"), "recording");
  }

  private static Object read(Object owner, String name) {
    try {
      Field field = owner.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field.get(owner);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the core has changed: this has to follow", e);
    }
  }

  /** The names of the places where a task can be. */
  public static Stream<String> places() {
    return Stream.of(LiveTask.Place.values()).map(Enum::name);
  }

  /** What was counted on the way. */
  private static final class Count {
    int queued;
    int leased;
    int waiting;
    int remembered;
    long bytes;
  }

  /** Shows everything, and finds what contradicts itself. */
  public void show(Visitor to) {
    Count count = new Count();
    live.forEach(task -> show(task, count, to));
    showWorkers(count.leased, to);
    compareQueues(count.queued, count.leased, count.waiting, to);
    if (count.remembered != lost.size()) {
      to.oversized(
          lost.size() + " ended leases are remembered, for " + count.remembered + " tasks");
    }
    if (count.bytes != tasks.bytesInMemory()) {
      to.oversized(
          "tasks take " + count.bytes + " bytes, " + tasks.bytesInMemory() + " are counted");
    }
    long beyond = tasks.types().all().stream().mapToLong(type -> type.beyond).sum();
    if (beyond != tasks.backlogs().count()) {
      to.oversized("types count " + beyond + " that are not in memory, of " + beyond());
    }
  }

  private void show(LiveTask task, Count count, Visitor to) {
    if (live.get(task.spec.id()) != task) {
      to.misplaced(task.spec.id(), "it is not found by its id");
    }
    Lease lease = task.past().lease;
    count.bytes += task.spec.payload().length() + Tasks.OVERHEAD_BYTES;
    switch (task.place) {
      case QUEUED -> count.queued++;
      case RECOVERING -> count.waiting++;
      case BACKOFF, DELAYED -> {
        if (!task.set()) {
          to.misplaced(task.spec.id(), "it waits for a time, and no timer is set");
        }
      }
      case LEASED -> {
        count.leased++;
        checkLease(task, to);
      }
      case SUBMITTED, ENDING -> {}
    }
    if (task.place != LiveTask.Place.LEASED) {
      count.remembered += lease != null && lost.get(lease.id()) == lease ? 1 : 0;
      lease = null;
    }
    to.task(
        task.spec.id(),
        task.place.ordinal(),
        task.state,
        lease == null ? 0 : lease.id(),
        task.tries);
  }

  private void compareQueues(int queued, int leased, int waiting, Visitor to) {
    int inQueues = 0;
    int recovering = 0;
    int running = 0;
    for (TaskType type : tasks.types().all()) {
      recovering += type.recovering.size();
      inQueues += type.plain().size();
      for (TaskQueue queue : type.demanding()) {
        inQueues += queue.size();
      }
      running += type.running;
      compareGrantable(type, to);
    }
    if (inQueues != queued || running != leased || recovering != waiting) {
      to.misplaced(
          0,
          "queues count %d waiting, %d recovering and %d running, tasks say %d, %d and %d"
              .formatted(inQueues, recovering, running, queued, waiting, leased));
    }
  }

  private static void compareGrantable(TaskType type, Visitor to) {
    for (TaskQueue queue : type.demanding()) {
      boolean grantable = queue.size() > 0 && !queue.offers.isEmpty();
      if (grantable != type.grantable().contains(queue)) {
        to.misplaced(
            0,
            "the queue of " + queue.require + " is grantable or not, and is taken for the other");
      }
    }
    if (!type.demanding().containsAll(type.grantable())) {
      to.misplaced(0, "a queue that is no more is taken for grantable");
    }
  }

  private static void checkLease(LiveTask task, Visitor to) {
    Lease lease = task.past().lease;
    if (lease == null || lease.task != task) {
      to.misplaced(task.spec.id(), "it is leased, and has no lease");
    } else if (lease.worker == null) {
      // That its worker knows it, too, follows from their numbers.
      to.misplaced(task.spec.id(), "its lease has no worker");
    } else if (lease.sent && !lease.set()) {
      to.misplaced(task.spec.id(), "its lease has no deadline");
    }
  }

  private void showWorkers(int leased, Visitor to) {
    int held = 0;
    int haunted = 0;
    for (WorkerPeer worker : peers.workers()) {
      int zombies = 0;
      for (Lease lease : worker.leases.all()) {
        if (lease.zombie) {
          zombies++;
        } else if (lease.task.past().lease != lease) {
          to.misplaced(lease.task.spec.id(), "a worker holds a lease that is not the task's");
        }
      }
      held += worker.leases.size() - zombies;
      haunted += zombies;
      to.worker(worker.session.peer(), worker.leases.size(), zombies);
    }
    int counted = tasks.types().all().stream().mapToInt(type -> type.zombies).sum();
    if (held != leased || haunted != counted) {
      to.misplaced(
          0,
          "workers hold %d leases and %d zombies, tasks say %d and types %d"
              .formatted(held, haunted, leased, counted));
    }
  }

  /** Tasks that have not ended, submitted or not. */
  public long liveTasks() {
    return tasks.count();
  }

  /** Of those the ones that only the store has. */
  public long beyond() {
    return tasks.backlogs().count();
  }

  /** What they are counted to take. */
  public long liveBytes() {
    return tasks.bytes();
  }

  /** Batches of changes that wait to be told. */
  public int unrecorded() {
    return recording.size();
  }
}
