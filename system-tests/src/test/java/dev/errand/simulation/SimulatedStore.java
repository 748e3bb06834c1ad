package dev.errand.simulation;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.EndedTask;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The disk: what was appended becomes durable later, in order, several at a time. */
final class SimulatedStore {

  private record Append(Changes changes, Runnable durable) {}

  private final Simulation simulation;
  private final Agenda agenda;
  private final Chance chance;
  private final Long2ObjectOpenHashMap<EndedTask> ended = new Long2ObjectOpenHashMap<>();
  private final ArrayDeque<Append> gathering = new ArrayDeque<>();
  private final boolean instant;
  private boolean forcing;
  private boolean slow;

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
      return true;
    }
    gathering.add(new Append(changes, durable));
    force();
    return false;
  }

  private void force() {
    if (forcing || gathering.isEmpty()) {
      return;
    }
    forcing = true;
    List<Append> batch = new ArrayList<>(gathering);
    gathering.clear();
    agenda.in(
        slow ? chance.millis(100, 900) : chance.millis(0.1, 4),
        () -> {
          forcing = false;
          batch.forEach(append -> keep(append.changes));
          batch.forEach(append -> append.durable.run());
          force();
        });
  }

  private void keep(Changes changes) {
    simulation.auditor().recorded(changes);
    for (EndedTask task : changes.ended()) {
      ended.put(task.spec().id(), task);
    }
  }

  void slow(boolean now) {
    slow = now;
  }

  boolean idle() {
    return !forcing && gathering.isEmpty();
  }

  /** Looks for an ended task; null goes to the reader if there is none. */
  void read(long id, Consumer<EndedTask> reader) {
    agenda.in(instant ? 0 : chance.millis(0.1, 5), () -> reader.accept(ended.get(id)));
  }
}
