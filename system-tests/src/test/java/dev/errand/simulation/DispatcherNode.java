package dev.errand.simulation;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.CoreView;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.Kept;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.Now;
import dev.errand.dispatcher.core.StoredTask;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** A dispatcher's process: the real core in a shell that works as the real one does. */
final class DispatcherNode extends Host {

  private static final long TICK_NANOS = 50_000_000;
  private static final long START_NANOS = 7_000_000_000_123L;
  private static final long START_MILLIS = 1_700_000_000_000L;
  private static final Ledger NOTHING = new Ledger(0, 0, 0, 0, 0, 0, 0);

  private final Simulation simulation;
  private final Auditor auditor;
  private final SimulatedStore store;
  private final Chance chance;
  private final DispatcherCore core;
  private final Set<Long> retrying = new HashSet<>();

  /** How often the end of a turn waits for more input. */
  private final double lazy;

  private boolean turning;

  /** Goes on from what the store has. */
  DispatcherNode(
      Simulation simulation, CoreSettings settings, SimulatedStore store, Chance chance) {
    super(simulation.agenda());
    this.simulation = simulation;
    this.auditor = simulation.auditor();
    this.store = store;
    this.chance = chance;
    this.lazy = chance.upTo(0.6);
    this.core =
        new DispatcherCore(
            settings,
            payload -> payload.text().startsWith("{") ? "payload is cut off" : null,
            chance.split().random(),
            this::send,
            now());
    auditor.observe(core, new CoreView(core), settings.epoch());
    auditor.recovers(store.tasks(), store.types());
    core.recover(
        store.tasks().values().stream().map(Kept::of).toList(), store.types(), NOTHING, 0, now());
    auditor.look();
    every(TICK_NANOS, this::tick);
  }

  private Now now() {
    long nanos = agenda.now();
    long wall = START_MILLIS + nanos / 1_000_000 + simulation.wallErrorMillis();
    return new Now(START_NANOS + nanos, wall);
  }

  private void send(String nodeId, long incarnation, byte[] frame) {
    auditor.leaves(incarnation, frame);
    simulation.bus().down(incarnation, frame);
  }

  void receive(byte[] frame) {
    auditor.arrives(frame);
    core.receive(frame, now());
    auditor.look();
    turn();
  }

  void request(byte[] frame, Consumer<byte[]> reply) {
    auditor.arrives(frame);
    byte[] answer = core.request(frame, now());
    auditor.answered(answer);
    auditor.look();
    turn();
    if (answer != null) {
      reply.accept(answer);
    }
  }

  private void tick() {
    auditor.ticks();
    core.tick(now());
    core.workerChanges();
    auditor.look();
    turn();
  }

  /** Goes on after it stood still. */
  void goOn(boolean tickFirst) {
    if (dead()) {
      return;
    }
    if (tickFirst) {
      tick();
    }
    thaw();
    if (!tickFirst) {
      tick();
    }
  }

  /** The membership says that a node has left. */
  void nodeLeft(String nodeId) {
    auditor.memberLeaves(nodeId);
    core.nodeLeft(nodeId, now());
    core.workerChanges();
    auditor.look();
    turn();
  }

  void cancel(long id) {
    if (core.view(id, now()) != null) {
      cancelInMemory(id);
      return;
    }
    store.read(
        id,
        stored ->
            on(
                () -> {
                  if (stored != null) {
                    cancelStored(stored);
                  }
                }));
  }

  private void cancelStored(StoredTask stored) {
    if (!stored.state().terminal()) {
      core.fetch(stored, now());
    }
    cancelInMemory(stored.spec().id());
  }

  private void cancelInMemory(long id) {
    auditor.orders();
    if (core.cancel(id, now()) == null) {
      auditor.cancelled(id);
    }
    auditor.look();
    turn();
  }

  void cancelBatch(String batch) {
    auditor.orders();
    auditor.cancelled(batch, () -> core.cancelBatch(batch, now()));
    auditor.look();
    turn();
  }

  /** Tries a task again, if the store says that it has ended. */
  void retry(long id) {
    if (!retrying.add(id)) {
      return;
    }
    store.read(
        id,
        ended ->
            on(
                () -> {
                  retrying.remove(id);
                  if (ended != null && ended.state().terminal()) {
                    retry(ended);
                  }
                }));
  }

  private void retry(StoredTask ended) {
    auditor.orders();
    if (core.retry(ended, now()) == null) {
      auditor.retried(ended.spec().id());
    }
    auditor.look();
    turn();
  }

  void set(String type, boolean paused, int limit) {
    auditor.orders();
    if (core.set(type, paused, limit, now()) == null) {
      auditor.set(type, paused, limit);
    }
    auditor.look();
    turn();
  }

  void drain(long incarnation) {
    auditor.orders();
    if (core.drain(Long.toHexString(incarnation), now()) != null) {
      auditor.drained(incarnation);
    }
    auditor.look();
    turn();
  }

  private void turn() {
    if (turning) {
      return;
    }
    if (chance.of(lazy)) {
      turning = true;
      agenda.in(chance.millis(0, 2), () -> on(this::endTurn));
    } else {
      endTurn();
    }
  }

  private void endTurn() {
    turning = false;
    Changes changes = core.changes();
    if (changes != null && store.append(changes, () -> on(() -> durable(changes)))) {
      auditor.tells();
      core.durable(changes.number());
      auditor.look();
    }
    for (DispatcherCore.Watching watching : core.unresolved()) {
      store.read(watching.id(), found -> on(() -> watched(watching, found)));
    }
    auditor.tells();
    core.flush(now());
    auditor.look();
    for (DispatcherCore.Load load : core.loads()) {
      store.waiting(load, found -> on(() -> loaded(load, found)));
    }
    if (core.isDue()) {
      turn();
    }
  }

  private void loaded(DispatcherCore.Load load, List<StoredTask> found) {
    auditor.orders();
    core.loaded(load, found, now());
    auditor.look();
    turn();
  }

  private void watched(DispatcherCore.Watching watching, StoredTask found) {
    core.watched(watching, found);
    turn();
  }

  private void durable(Changes changes) {
    auditor.tells();
    core.durable(changes.number());
    auditor.look();
    turn();
  }
}
