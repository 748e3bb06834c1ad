package dev.errand.dispatcher.core;

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
     * @param lease the current one; 0 if there is none
     */
    void task(long id, int place, long lease, int attempt, int failures, int losses);

    /** A worker that is linked. */
    void worker(long incarnation, int leases);

    /** Something sits in two places, or in none. */
    void misplaced(long task, String how);
  }

  private final Tasks tasks;
  private final Peers peers;
  private final Long2ObjectOpenHashMap<LiveTask> live;
  private final Long2ObjectOpenHashMap<Lease> lost;
  private final ArrayDeque<Turns.Unrecorded> recording;

  @SuppressWarnings("unchecked")
  public CoreView(DispatcherCore core) {
    tasks = (Tasks) read(core, "tasks");
    peers = (Peers) read(core, "peers");
    live = (Long2ObjectOpenHashMap<LiveTask>) read(tasks, "live");
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

  /** Shows everything, and finds what contradicts itself. */
  public void show(Visitor to) {
    int queued = 0;
    int leased = 0;
    for (LiveTask task : live.values()) {
      Lease lease = null;
      switch (task.place) {
        case QUEUED -> queued++;
        case BACKOFF -> {
          if (task.backoff == null || !task.backoff.set()) {
            to.misplaced(task.spec.id(), "it waits for a time, and no timer is set");
          }
        }
        case LEASED -> {
          leased++;
          lease = task.lease;
          checkLease(task, to);
        }
        case SUBMITTED, ENDING -> {}
      }
      to.task(
          task.spec.id(),
          task.place.ordinal(),
          lease == null ? 0 : lease.id,
          task.attempt,
          task.failures,
          task.losses);
    }
    showWorkers(leased, to);
    int inQueues = 0;
    int running = 0;
    for (TypeQueue queue : tasks.queues()) {
      inQueues += queue.size();
      running += queue.running;
    }
    if (inQueues != queued || running != leased) {
      to.misplaced(
          0,
          "queues count %d waiting and %d running, tasks say %d and %d"
              .formatted(inQueues, running, queued, leased));
    }
  }

  private static void checkLease(LiveTask task, Visitor to) {
    Lease lease = task.lease;
    if (lease == null || lease.task != task) {
      to.misplaced(task.spec.id(), "it is leased, and has no lease");
    } else if (lease.worker.leases.get(lease.id) != lease) {
      to.misplaced(task.spec.id(), "its worker does not know its lease");
    } else if (!lease.set()) {
      to.misplaced(task.spec.id(), "its lease has no deadline");
    }
  }

  private void showWorkers(int leased, Visitor to) {
    int held = 0;
    for (WorkerPeer worker : peers.workers()) {
      held += worker.leases.size();
      for (Lease lease : worker.leases.values()) {
        if (lease.task.lease != lease) {
          to.misplaced(lease.task.spec.id(), "a worker holds a lease that is not the task's");
        }
      }
      to.worker(worker.session.peer(), worker.leases.size());
    }
    if (held != leased) {
      to.misplaced(0, "workers hold %d leases, tasks say %d".formatted(held, leased));
    }
  }

  /** Tasks that have not ended, submitted or not. */
  public int liveTasks() {
    return live.size();
  }

  /** Ended leases that may go on if their worker comes back. */
  public int rememberedLeases() {
    return lost.size();
  }

  /** Batches of changes that wait to be told. */
  public int unrecorded() {
    return recording.size();
  }
}
