package dev.errand.simulation;

import dev.errand.protocol.frame.Header;
import dev.errand.protocol.link.DispatcherLink;

/** A worker's or client's process: its end of the link, its way over the bus. */
abstract class Node extends Host implements DispatcherLink.Port {

  static final int CLUSTER = Header.cluster("simulation");

  /** Numbers of incarnations: which node, times this, plus which of its lives. */
  static final long LIVES = 1_000;

  /** Clients' numbers begin here, workers' before. */
  static final long FIRST_CLIENT = 100;

  final long incarnation;
  final String nodeId;
  private final Bus bus;

  /** Whether nothing gets through from it, and to it. */
  boolean cutUpward;

  boolean cutDownward;

  /** When the last letter arrives, to keep their order. */
  long lastUpward;

  long lastDownward;

  private Call call;

  /** A request that waits for its answer. */
  static final class Call {
    private boolean open = true;
  }

  Node(long incarnation, Agenda agenda, Bus bus) {
    super(agenda);
    this.incarnation = incarnation;
    this.nodeId = "node-" + incarnation;
    this.bus = bus;
  }

  abstract DispatcherLink link();

  /** Its clockwork strikes. */
  abstract void tick();

  /** From one stroke to the next. */
  abstract long tickNanos();

  /** Its life begins. */
  final void begin(long phase) {
    agenda.in(
        phase,
        () -> {
          on(this::tick);
          every(tickNanos(), this::tick);
        });
  }

  /** The end of its turn. */
  abstract void flush();

  @Override
  public final void send(byte[] frame) {
    bus.up(this, frame);
  }

  @Override
  public final void request(byte[] frame, int answerMillis) {
    Call mine = new Call();
    call = mine;
    bus.ask(this, frame, mine);
    agenda.in(answerMillis * 1_000_000L, () -> on(() -> unanswered(mine)));
  }

  final void unanswered(Call of) {
    if (of.open && of == call) {
      of.open = false;
      bus.unanswered(this);
      link().noAnswer(agenda.now());
      flush();
    }
  }

  final void answered(Call of, byte[] frame) {
    if (of.open && of == call) {
      of.open = false;
      link().answer(frame, agenda.now());
      flush();
    }
  }

  final void receive(byte[] frame) {
    link().receive(frame, agenda.now());
    flush();
  }
}
