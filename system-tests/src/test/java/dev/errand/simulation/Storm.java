package dev.errand.simulation;

import java.util.EnumSet;

/** Makes things go wrong, at times and in ways left to chance, until it is over. */
final class Storm {

  /** Those that somebody decides on; the others happen by the weather and the plans. */
  private static final Fault[] INCIDENTS = {
    Fault.CUT_OFF_BOTH_WAYS,
    Fault.CUT_OFF_UPWARD,
    Fault.CUT_OFF_DOWNWARD,
    Fault.WORKER_KILLED,
    Fault.WORKER_PAUSED_SHORTLY,
    Fault.WORKER_PAUSED_FOR_LONG,
    Fault.WORKER_LEFT,
    Fault.CLIENT_KILLED,
    Fault.CLIENT_PAUSED,
    Fault.MEMBER_LEFT_WRONGLY,
    Fault.DISPATCHER_LEFT_WRONGLY,
    Fault.DISPATCHER_STOOD_STILL,
    Fault.CLOCK_JUMPED,
    Fault.STORE_SLOW,
    Fault.DISPATCHER_CRASHED,
    Fault.POWER_LOST
  };

  private static final Order[] ORDERS =
      EnumSet.complementOf(EnumSet.of(Order.DRAIN)).toArray(new Order[0]);

  private final Simulation simulation;
  private final Chance chance;
  private final Agenda agenda;
  private final long end;

  Storm(Simulation simulation, Chance chance, long end) {
    this.simulation = simulation;
    this.chance = chance;
    this.agenda = simulation.agenda();
    this.end = end;
  }

  void begin() {
    for (int left = chance.between(0, 14); left > 0; left--) {
      Fault fault = chance.one(INCIDENTS);
      agenda.at(chance.millis(0, end / 1e6), () -> happens(fault));
    }
    int orders = chance.of(0.3) ? 0 : chance.between(0, 40);
    for (int left = orders; left > 0; left--) {
      Order order = chance.one(ORDERS);
      agenda.at(chance.millis(0, end / 1e6), () -> give(order));
    }
  }

  /** By a chance of their own: without them everything takes the course that it took before. */
  void drain(Chance own) {
    for (int left = own.of(0.7) ? 0 : own.between(1, 4); left > 0; left--) {
      agenda.at(own.millis(0, end / 1e6), () -> simulation.drainAny(own));
    }
  }

  private void give(Order order) {
    String type = chance.one(Workload.TYPES);
    switch (order) {
      case CANCEL -> simulation.cancelAny();
      case CANCEL_BATCH -> simulation.cancelBatch(chance.one(Workload.BATCHES));
      case RETRY -> simulation.retryAny();
      case PAUSE -> simulation.set(type, true, 0);
      case RESUME -> simulation.set(type, false, 0);
      case LIMIT -> simulation.set(type, false, chance.between(1, 5));
      default -> throw new IllegalStateException("not given here: " + order);
    }
  }

  /** It is over by the end of the storm. */
  private long lasts(double leastMillis, double mostMillis) {
    return Math.min(chance.millis(leastMillis, mostMillis), end - agenda.now());
  }

  private void happens(Fault fault) {
    long loss = simulation.lossMillis();
    switch (fault) {
      case CUT_OFF_BOTH_WAYS -> cutOff(fault, true, true);
      case CUT_OFF_UPWARD -> cutOff(fault, true, false);
      case CUT_OFF_DOWNWARD -> cutOff(fault, false, true);
      case WORKER_KILLED -> {
        WorkerNode worker = simulation.anyWorker();
        if (worker != null) {
          simulation.kill(worker, fault);
        }
      }
      case WORKER_PAUSED_SHORTLY -> freeze(fault, simulation.anyWorker(), lasts(100, 0.8 * loss));
      case WORKER_PAUSED_FOR_LONG ->
          freeze(fault, simulation.anyWorker(), lasts(1.1 * loss, 3.0 * loss));
      case WORKER_LEFT -> simulation.leave(simulation.anyWorker(), chance.millis(50, 2_000));
      case CLIENT_KILLED -> simulation.kill(simulation.anyClient());
      case CLIENT_PAUSED -> freeze(fault, simulation.anyClient(), lasts(100, 3.0 * loss));
      case MEMBER_LEFT_WRONGLY -> {
        WorkerNode worker = simulation.anyWorker();
        if (worker != null) {
          simulation.fault(fault, worker);
          simulation.nodeLeft(worker.nodeId);
        }
      }
      case DISPATCHER_LEFT_WRONGLY -> {
        Node node = chance.of(0.3) ? simulation.anyClient() : simulation.anyWorker();
        if (node != null) {
          simulation.fault(fault, node);
          node.on(() -> simulation.dispatcherLeft(node));
        }
      }
      case DISPATCHER_STOOD_STILL -> standStill(lasts(300, 3.0 * loss));
      case CLOCK_JUMPED -> {
        simulation.fault(fault, null);
        // Not by much: what waits for a time when a dispatcher starts again, waits for the clock.
        simulation.jumpClock((long) chance.upTo(6_000) - 3_000);
      }
      case STORE_SLOW -> {
        simulation.fault(fault, null);
        simulation.store().slow(true);
        agenda.in(lasts(500, 5_000), () -> simulation.store().slow(false));
      }
      case DISPATCHER_CRASHED -> simulation.crash(false, lasts(50, 3_000));
      case POWER_LOST -> simulation.crash(true, lasts(50, 3_000));
      default -> throw new IllegalStateException("no incident: " + fault);
    }
  }

  private void cutOff(Fault fault, boolean upward, boolean downward) {
    Node node = chance.of(0.2) ? simulation.anyClient() : simulation.anyWorker();
    if (node == null) {
      return;
    }
    simulation.fault(fault, node);
    node.cutUpward |= upward;
    node.cutDownward |= downward;
    agenda.in(
        lasts(200, 3.0 * simulation.lossMillis()),
        () -> {
          node.cutUpward = false;
          node.cutDownward = false;
        });
  }

  private void freeze(Fault fault, Node node, long nanos) {
    if (node != null && !node.frozen()) {
      simulation.fault(fault, node);
      node.freeze();
      agenda.in(nanos, node::thaw);
    }
  }

  private void standStill(long nanos) {
    DispatcherNode dispatcher = simulation.dispatcher();
    if (!dispatcher.frozen() && !dispatcher.dead()) {
      simulation.fault(Fault.DISPATCHER_STOOD_STILL, null);
      dispatcher.freeze();
      simulation.auditor().stoodStill(nanos);
      boolean tickFirst = chance.of(0.5);
      agenda.in(nanos, () -> dispatcher.goOn(tickFirst));
    }
  }
}
