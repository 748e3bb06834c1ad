package dev.errand.simulation;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TypeSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The disk: what was appended is written later, in order, several changes at a time, and forced if
 * any of them is urgent. A process that dies leaves what is written, a loss of power what is
 * forced, and either perhaps some more.
 */
final class SimulatedStore {

  private record Append(Changes changes, Runnable durable) {}

  private final Simulation simulation;
  private final Agenda agenda;
  private final Chance chance;
  private final boolean instant;

  /** Everything that is written, in order. */
  private final List<Changes> written = new ArrayList<>();

  private final ArrayDeque<Append> gathering = new ArrayDeque<>();
  private List<Append> writing = List.of();
  private final TreeMap<Long, StoredTask> tasks = new TreeMap<>();
  private final TreeMap<String, TypeSettings> types = new TreeMap<>();
  private int forced;
  private boolean slow;
  private int life;

  SimulatedStore(Simulation simulation, Agenda agenda, Chance chance) {
    this.simulation = simulation;
    this.agenda = agenda;
    this.chance = chance;
    this.instant = chance.of(0.2);
  }

  /**
   * Takes a turn's changes.
   *
   * @param durable is run when they and all before them are durable
   * @return whether they are at once, and nothing is to be run
   */
  boolean append(Changes changes, Runnable durable) {
    simulation.auditor().appended(changes);
    if (instant) {
      keep(changes);
      forced = written.size();
      return true;
    }
    gathering.add(new Append(changes, durable));
    write();
    return false;
  }

  private void write() {
    if (!writing.isEmpty() || gathering.isEmpty()) {
      return;
    }
    List<Append> batch = new ArrayList<>(gathering);
    gathering.clear();
    writing = batch;
    boolean force = batch.stream().anyMatch(append -> append.changes.urgent());
    int now = life;
    agenda.in(
        nanos(force),
        () -> {
          if (now == life) {
            written(batch, force);
          }
        });
  }

  private long nanos(boolean force) {
    if (slow) {
      return chance.millis(100, 900);
    }
    return force ? chance.millis(0.1, 4) : chance.millis(0.01, 0.2);
  }

  private void written(List<Append> batch, boolean force) {
    writing = List.of();
    batch.forEach(append -> keep(append.changes));
    if (force) {
      forced = written.size();
    }
    batch.forEach(append -> append.durable.run());
    write();
  }

  private void keep(Changes changes) {
    written.add(changes);
    apply(changes);
    simulation.auditor().recorded(changes);
  }

  private void apply(Changes changes) {
    changes.tasks().forEach(task -> tasks.put(task.spec().id(), task));
    changes.types().forEach(type -> types.put(type.type(), type));
  }

  void slow(boolean now) {
    slow = now;
  }

  boolean idle() {
    return writing.isEmpty() && gathering.isEmpty();
  }

  /** The dispatcher is gone; what was under way may have become durable or not. */
  void crash(boolean power) {
    life++;
    int least = power ? forced : written.size();
    List<Changes> all = new ArrayList<>(written);
    writing.forEach(append -> all.add(append.changes));
    int kept = chance.of(0.3) ? least : chance.between(least, all.size());
    written.clear();
    written.addAll(all.subList(0, kept));
    forced = kept;
    writing = List.of();
    gathering.clear();
    tasks.clear();
    types.clear();
    written.forEach(this::apply);
  }

  /** The last record of each task, by id. */
  TreeMap<Long, StoredTask> tasks() {
    return tasks;
  }

  /** Whether the record of that lease is durable. */
  boolean hasLease(long task, long lease) {
    StoredTask record = tasks.get(task);
    return record != null && record.lease() != null && record.lease().id() == lease;
  }

  /** What was set for types. */
  List<TypeSettings> types() {
    return List.copyOf(types.values());
  }

  /** Looks for an ended task; null goes to the reader if there is none. */
  void read(long id, Consumer<StoredTask> reader) {
    agenda.in(
        instant ? 0 : chance.millis(0.1, 5),
        () -> {
          StoredTask found = tasks.get(id);
          reader.accept(found != null && found.state().terminal() ? found : null);
        });
  }
}
