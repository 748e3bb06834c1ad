package dev.errand.simulation;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TypeSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The disk: what was appended is written later, in order, several changes at a time, and forced if
 * any of them is urgent. A process that dies leaves what is written, a loss of power what is
 * forced, and either perhaps some more.
 */
final class SimulatedStore {

  private sealed interface Work permits Append, Ask {}

  private record Append(Changes changes, Runnable durable) implements Work {}

  /** Is answered by what was handed over before: gives the answer, which is told later. */
  private record Ask(Supplier<Runnable> question) implements Work {}

  private final Simulation simulation;
  private final Agenda agenda;
  private final Chance chance;
  private final boolean instant;

  /** Everything that is written, in order. */
  private final List<Changes> written = new ArrayList<>();

  private final ArrayDeque<Work> gathering = new ArrayDeque<>();
  private List<Work> writing = List.of();
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
    simulation.auditor().store().appended(changes);
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
    List<Work> batch = new ArrayList<>(gathering);
    gathering.clear();
    writing = batch;
    boolean force =
        batch.stream().anyMatch(work -> work instanceof Append append && append.changes.urgent());
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

  private void written(List<Work> batch, boolean force) {
    writing = List.of();
    List<Runnable> durable = new ArrayList<>();
    for (Work each : batch) {
      if (each instanceof Append append) {
        keep(append.changes);
        durable.add(append.durable);
      } else if (each instanceof Ask ask) {
        durable.add(ask.question.get());
      }
    }
    if (force) {
      forced = written.size();
    }
    durable.forEach(Runnable::run);
    write();
  }

  private void keep(Changes changes) {
    written.add(changes);
    apply(changes);
    simulation.auditor().store().recorded(changes);
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
    for (Work each : writing) {
      if (each instanceof Append append) {
        all.add(append.changes);
      }
    }
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

  /** Looks for a task; null goes to the reader if there is none. */
  void read(long id, Consumer<StoredTask> reader) {
    ask(() -> tasks.get(id), reader);
  }

  /** Looks for the next untried tasks of a line. */
  void waiting(DispatcherCore.Load load, Consumer<List<StoredTask>> reader) {
    ask(() -> next(load), reader);
  }

  private List<StoredTask> next(DispatcherCore.Load load) {
    List<StoredTask> found = new ArrayList<>();
    long bytes = 0;
    for (StoredTask each : tasks.tailMap(load.after(), false).values()) {
      boolean its = LineKey.of(each.spec().type(), each.spec().terms()).equals(load.line());
      if (its && each.isUntried() && found.size() < load.most() && bytes < load.mostBytes()) {
        found.add(each);
        bytes += each.spec().payload().length();
      }
    }
    return found;
  }

  /** Whoever asks is answered in his turn, by what is there then. */
  private <T> void ask(Supplier<T> question, Consumer<T> reader) {
    if (instant) {
      agenda.in(0, () -> reader.accept(question.get()));
    } else {
      gathering.add(
          new Ask(
              () -> {
                T found = question.get();
                return () -> reader.accept(found);
              }));
      write();
    }
  }
}
