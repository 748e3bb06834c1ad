package dev.errand.simulation;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.CoreView;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.Now;
import java.util.function.Consumer;

/** A dispatcher's process: the real core in a shell that works as the real one does. */
final class DispatcherNode extends Host {

  private static final long TICK_NANOS = 50_000_000;
  private static final long START_NANOS = 7_000_000_000_123L;
  private static final long START_MILLIS = 1_700_000_000_000L;

  private final Simulation simulation;
  private final Auditor auditor;
  private final SimulatedStore store;
  private final Chance chance;
  private final DispatcherCore core;
  private final CoreView view;

  /** How often the end of a turn waits for more input. */
  private final double lazy;

  private boolean turning;
  private long wallErrorMillis;

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
    this.view = new CoreView(core);
    auditor.observe(core, view);
    every(TICK_NANOS, this::tick);
  }

  Now now() {
    long nanos = agenda.now();
    return new Now(START_NANOS + nanos, START_MILLIS + nanos / 1_000_000 + wallErrorMillis);
  }

  /** The wall clock is wrong by so much from now on. */
  void wallError(long millis) {
    wallErrorMillis = millis;
  }

  private void send(long incarnation, byte[] frame) {
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
    core.lostWorkers();
    auditor.look();
    turn();
  }

  /** Goes on after it stood still. */
  void goOn(boolean tickFirst) {
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
    core.lostWorkers();
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
      store.read(
          watching.id(),
          found ->
              on(
                  () -> {
                    core.watched(watching, found);
                    turn();
                  }));
    }
    auditor.tells();
    core.flush(now());
    auditor.look();
  }

  private void durable(Changes changes) {
    auditor.tells();
    core.durable(changes.number());
    auditor.look();
    turn();
  }
}
