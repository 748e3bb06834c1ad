package dev.errand.simulation;

import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Session;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;

/** Carries letters between nodes and the dispatcher, as badly as the weather wants it. */
final class Bus {

  /**
   * How bad it is.
   *
   * @param lost probability
   * @param twice probability
   * @param late probability
   * @param lateMillis at most
   * @param inOrder whether letters between the same two never overtake each other
   * @param stale probability that an old letter turns up as from another epoch or session
   */
  record Weather(
      double lost, double twice, double late, double lateMillis, boolean inOrder, double stale) {

    static final Weather FAIR = new Weather(0, 0, 0, 0, true, 0);

    static Weather of(Chance chance) {
      return new Weather(
          chance.of(0.35) ? 0 : chance.upTo(chance.of(0.5) ? 0.05 : 0.3),
          chance.of(0.4) ? 0 : chance.upTo(0.15),
          chance.of(0.4) ? 0 : chance.upTo(0.2),
          chance.one(5, 50, 400, 1_500),
          chance.of(0.7),
          0.01);
    }
  }

  private final Simulation simulation;
  private final Agenda agenda;
  private final Chance chance;
  private final Long2ObjectOpenHashMap<Node> nodes = new Long2ObjectOpenHashMap<>();
  private Weather weather;

  Bus(Simulation simulation, Agenda agenda, Chance chance) {
    this.simulation = simulation;
    this.agenda = agenda;
    this.chance = chance;
    this.weather = Weather.of(chance);
  }

  void join(Node node) {
    nodes.put(node.incarnation, node);
  }

  void leave(Node node) {
    nodes.remove(node.incarnation);
  }

  /** From now on every letter arrives, soon, once and in order. */
  void heal() {
    weather = Weather.FAIR;
  }

  /** A frame from a node. */
  void up(Node from, byte[] frame) {
    // The address is looked up when a letter leaves: it does not go to a later dispatcher.
    DispatcherNode to = simulation.dispatcher();
    carry(from, to, true, () -> to.receive(frame));
    if (chance.of(weather.stale)) {
      byte[] forged = forge(frame);
      simulation.fault(Fault.STALE_LETTER, from);
      agenda.in(chance.millis(0, 2_000), () -> to.on(() -> to.receive(forged)));
    }
  }

  /** The same frame, as if it were of another epoch, store or session. */
  private byte[] forge(byte[] frame) {
    try {
      byte[] forged = frame.clone();
      Header header = Header.read(forged);
      Session real = header.session();
      Session other =
          switch (chance.between(0, 2)) {
            case 0 ->
                new Session(
                    real.cluster(), real.storeId(), real.epoch() - 1, real.peer(), real.number());
            case 1 ->
                new Session(
                    real.cluster(), real.storeId() + 1, real.epoch(), real.peer(), real.number());
            default ->
                new Session(
                    real.cluster(), real.storeId(), real.epoch(), real.peer(), real.number() - 1);
          };
      Header.stamp(forged, other, header.seq(), header.ack(), header.credit());
      return forged;
    } catch (MalformedFrameException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A request from a node. */
  void ask(Node from, byte[] frame, Node.Call call) {
    DispatcherNode to = simulation.dispatcher();
    if (to.dead() && chance.of(0.5)) {
      simulation.fault(Fault.NOBODY_THERE, from);
      agenda.in(chance.millis(0, 1), () -> from.on(() -> from.unanswered(call)));
      return;
    }
    carry(
        from,
        to,
        true,
        () ->
            to.request(frame, answer -> carry(from, to, false, () -> from.answered(call, answer))));
  }

  void unanswered(Node node) {
    simulation.fault(Fault.NO_ANSWER, node);
  }

  /** A frame for a node. */
  void down(long to, byte[] frame) {
    Node node = nodes.get(to);
    if (node != null) {
      carry(node, simulation.dispatcher(), false, () -> node.receive(frame));
    }
  }

  private void carry(Node node, DispatcherNode dispatcher, boolean upward, Runnable arrive) {
    if (upward ? node.cutUpward : node.cutDownward) {
      return;
    }
    if (chance.of(weather.lost)) {
      simulation.fault(Fault.LETTER_LOST, node);
      return;
    }
    post(node, dispatcher, upward, arrive);
    if (chance.of(weather.twice)) {
      simulation.fault(Fault.LETTER_TWICE, node);
      post(node, dispatcher, upward, arrive);
    }
  }

  private void post(Node node, DispatcherNode dispatcher, boolean upward, Runnable arrive) {
    long at = agenda.now() + chance.millis(0.1, 1.5);
    if (chance.of(weather.late)) {
      simulation.fault(Fault.LETTER_LATE, node);
      at += chance.millis(0, weather.lateMillis);
    }
    long last = upward ? node.lastUpward : node.lastDownward;
    if (at < last) {
      if (weather.inOrder) {
        at = last;
      } else {
        simulation.fault(Fault.LETTER_OVERTAKEN, node);
      }
    }
    if (upward) {
      node.lastUpward = Math.max(last, at);
      agenda.at(at, () -> dispatcher.on(arrive));
    } else {
      node.lastDownward = Math.max(last, at);
      agenda.at(at, () -> node.on(arrive));
    }
  }
}
