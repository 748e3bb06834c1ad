package dev.errand.simulation;

import dev.errand.dispatcher.core.Ledger;
import dev.errand.protocol.TaskState;
import dev.errand.simulation.LeaseRecord.Status;
import it.unimi.dsi.fastutil.longs.Long2ObjectLinkedOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What the auditor knows of tasks, leases, peers and types, and counts. Owner: the auditor. */
final class Books {

  /** How much later than due something may happen: ticks are 50 ms apart. */
  static final long TOLERANCE_NANOS = 250_000_000;

  /** How much later than a core begins to count time something may be seen here. */
  static final long TURN_NANOS = 10_000_000;

  static final int MOST_LOSSES = 3;

  final Tally tally;
  final Long2ObjectLinkedOpenHashMap<TaskRecord> tasks = new Long2ObjectLinkedOpenHashMap<>();
  final Long2ObjectOpenHashMap<LeaseRecord> leases = new Long2ObjectOpenHashMap<>();
  final Long2ObjectLinkedOpenHashMap<PeerRecord> peers = new Long2ObjectLinkedOpenHashMap<>();
  final Map<String, TypeRecord> types = new HashMap<>();
  final Map<String, Long> keys = new HashMap<>();
  final TaskRecord[] byBody;
  int epoch;
  int restarts;

  /** When the dispatcher began. */
  long startedAt;

  /** How long the dispatcher has stood still in all. */
  long stoodStill;

  private final Agenda agenda;
  private final Journal journal;
  private final int[] places = new int[Place.values().length];
  private final int[] states = new int[TaskState.values().length];

  Books(Simulation simulation, int plans) {
    this.agenda = simulation.agenda();
    this.journal = simulation.journal();
    this.tally = simulation.tally();
    this.byBody = new TaskRecord[plans];
    for (String type : Workload.TYPES) {
      types.put(type, new TypeRecord());
    }
  }

  long now() {
    return agenda.now();
  }

  void note(Journal.Event event, long task, long first, long second) {
    journal.note(now(), event, task, first, second);
  }

  /** A peer has gone, and its session is over. */
  void forget(PeerRecord peer) {
    peer.session = null;
    peer.zombies.forEach(this::rest);
    peer.zombies.clear();
  }

  /** A zombie's handler has ended, or its worker. */
  void rest(LeaseRecord lease) {
    lease.zombie = false;
    types.get(lease.task.spec.type()).zombies--;
  }

  /** A lease has ended, and its handler may go on. */
  void haunt(LeaseRecord lease) {
    if (lease.sent) {
      lease.zombie = true;
      types.get(lease.task.spec.type()).zombies++;
      peers.get(lease.worker).zombies.add(lease);
    }
  }

  void move(TaskRecord task, Place to) {
    Place from = task.place;
    if (!Move.allowed(from, to)) {
      throw new Violation(Invariant.ONE_PLACE, task.id, "from " + from + " to " + to);
    }
    note(Journal.Event.MOVED, task.id, from.ordinal(), to.ordinal());
    tally.moved(from, to);
    places[from.ordinal()]--;
    places[to.ordinal()]++;
    task.place = to;
    switch (to) {
      case SUBMITTED -> {
        // One that is tried again counts as what it was until that is durable.
        if (task.generation == 1) {
          count(task, null);
        }
      }
      case DELAYED, BACKOFF -> count(task, TaskState.SCHEDULED);
      case QUEUED, RECOVERING, ASIDE -> count(task, TaskState.QUEUED);
      case LEASED -> count(task, TaskState.RUNNING);
      case ENDING -> {
        if (task.last != null && task.last.status == Status.LOST) {
          // Whatever its worker still says of it is of no interest.
          task.last.status = Status.CANCELLED;
        }
      }
      case NOWHERE -> count(task, task.end.state());
    }
  }

  /** The ledger counts the task so; null: not at all. */
  void count(TaskRecord task, TaskState state) {
    if (task.state != null) {
      states[task.state.ordinal()]--;
    }
    if (state != null) {
      states[state.ordinal()]++;
    }
    task.state = state;
  }

  /** How many tasks have a place. */
  int live() {
    int live = 0;
    for (int place = 0; place < Place.NOWHERE.ordinal(); place++) {
      live += places[place];
    }
    return live;
  }

  /** How many tasks are there. */
  int at(Place place) {
    return places[place.ordinal()];
  }

  /** No core has any task. */
  void clear() {
    for (TaskRecord task : tasks.values()) {
      task.lease = null;
      task.place = Place.NOWHERE;
      task.state = null;
    }
    Arrays.fill(places, 0);
    Arrays.fill(states, 0);
  }

  /** The core has counted the same. */
  void compare(Ledger ledger) {
    int submitted = Arrays.stream(states).sum();
    boolean right =
        ledger.submitted() == submitted
            && ledger.scheduled() == states[TaskState.SCHEDULED.ordinal()]
            && ledger.queued() == states[TaskState.QUEUED.ordinal()]
            && ledger.running() == states[TaskState.RUNNING.ordinal()]
            && ledger.succeeded() == states[TaskState.SUCCEEDED.ordinal()]
            && ledger.failed() == states[TaskState.FAILED.ordinal()]
            && ledger.cancelled() == states[TaskState.CANCELLED.ordinal()];
    if (!right) {
      throw new Violation(Invariant.LEDGER, 0, ledger + ", and it is " + Arrays.toString(states));
    }
  }
}
