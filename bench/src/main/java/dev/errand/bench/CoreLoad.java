package dev.errand.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A core under steady load: in each turn a client submits {@value #TASKS} tasks, and workers in
 * their turn say that as many have succeeded and get as many others, the oldest of the queue. The
 * backlog stays as it is. Not thread-safe.
 */
final class CoreLoad {

  /** Tasks that are submitted, granted and ended in a turn. */
  static final int TASKS = 100;

  /** As long as a turn lasts at the rate that is aimed at, in virtual time. */
  private static final long TURN_NANOS = 50_000;

  private static final long TICK_NANOS = 50_000_000;
  private static final long HEARTBEAT_NANOS = 1_000_000_000;

  /**
   * What the load looks like.
   *
   * @param workers how many there are
   * @param inFlight slots of all of them together: so many tasks run at any time
   * @param perFrame outcomes that a worker sends in a frame
   * @param backlog tasks that wait
   * @param isPassing whether each task passes through the whole backlog; else that is of a lower
   *     priority, and stays
   * @param checked whether payloads are checked to be JSON
   */
  record Shape(
      int workers, int inFlight, int perFrame, int backlog, boolean isPassing, boolean checked) {

    Shape on(int otherWorkers, int otherInFlight) {
      return new Shape(otherWorkers, otherInFlight, perFrame, backlog, isPassing, checked);
    }

    Shape inFramesOf(int otherPerFrame) {
      return new Shape(workers, inFlight, otherPerFrame, backlog, isPassing, checked);
    }

    Shape behind(int otherBacklog) {
      return new Shape(workers, inFlight, perFrame, otherBacklog, isPassing, checked);
    }

    Shape passing() {
      return new Shape(workers, inFlight, perFrame, backlog, true, checked);
    }

    Shape unchecked() {
      return new Shape(workers, inFlight, perFrame, backlog, isPassing, false);
    }

    int slots() {
      return inFlight / workers;
    }

    int framesPerTurn() {
      return TASKS / perFrame;
    }
  }

  private final Shape shape;
  private final VirtualTime time = new VirtualTime();
  private final CoreDoor door;
  private final LoadClient client = new LoadClient(0, TASKS);
  private final LoadPeer[] peers;
  private final List<Letter> letters = new ArrayList<>();
  private final byte[] grant;
  private final int grants;
  private int nextWorker;
  private int nextHeartbeat;
  private long heartbeatsDue;
  private long sinceTick;

  /** A frame that the core has sent. */
  private record Letter(LoadPeer peer, byte[] frame) {}

  CoreLoad(Shape shape) {
    this.shape = shape;
    this.grants = Math.min(shape.workers(), shape.framesPerTurn());
    this.grant = LayoutProbe.grant(TASKS / grants).bytes();
    this.peers = new LoadPeer[shape.workers() + 1];
    this.door =
        new CoreDoor(
            shape.checked(),
            (node, incarnation, frame) -> letters.add(new Letter(peers[(int) incarnation], frame)),
            time.now());
    LoadWorker.Layouts layouts =
        new LoadWorker.Layouts(
            LayoutProbe.grant(shape.slots()), LayoutProbe.outcomes(shape.perFrame()));
    peers[0] = client;
    for (int i = 1; i < peers.length; i++) {
      peers[i] = new LoadWorker(i, layouts);
    }
  }

  /** Submits the backlog and what runs beside it; nobody takes anything yet. */
  void fill() {
    for (LoadPeer peer : peers) {
      peer.welcomed(door.request(peer.hello(), time.now()));
    }
    for (int left = submitted(); left > 0; left -= TASKS) {
      boolean ordinary = shape.isPassing() || left <= shape.inFlight();
      door.receive(ordinary ? client.submit() : client.submitLowly(), time.now());
      endTurn();
    }
  }

  /** Tasks that {@link #fill} submits. */
  int submitted() {
    return (shape.backlog() + shape.inFlight() + TASKS - 1) / TASKS * TASKS;
  }

  /** Looks that all wait, as {@link #fill} left them. */
  void checkFilled() {
    door.check(submitted(), 0);
  }

  /** The workers take what they have slots for. */
  void open() {
    for (int i = 1; i < peers.length; i++) {
      door.receive(((LoadWorker) peers[i]).open(), time.now());
    }
    endTurn();
    check();
  }

  /** One turn. */
  void turn() {
    door.receive(client.submit(), time.now());
    for (int i = 0; i < shape.framesPerTurn(); i++) {
      door.receive(nextWorker().outcomes(), time.now());
    }
    endTurn();
  }

  private LoadWorker nextWorker() {
    nextWorker = nextWorker == shape.workers() ? 1 : nextWorker + 1;
    return (LoadWorker) peers[nextWorker];
  }

  private void endTurn() {
    door.endTurn(time.now());
    deliver();
    time.pass(TURN_NANOS);
    sinceTick += TURN_NANOS;
    if (sinceTick >= TICK_NANOS) {
      sinceTick = 0;
      door.tick(time.now());
    }
    heartbeatsDue += TURN_NANOS * peers.length;
    for (; heartbeatsDue >= HEARTBEAT_NANOS; heartbeatsDue -= HEARTBEAT_NANOS) {
      nextHeartbeat = (nextHeartbeat + 1) % peers.length;
      door.request(peers[nextHeartbeat].heartbeat(), time.now());
    }
  }

  private void deliver() {
    for (Letter letter : letters) {
      letter.peer().receive(letter.frame());
    }
    letters.clear();
  }

  /**
   * What the peers do in a turn, without the core, on frames like those that it sends.
   *
   * @return something of all of it
   */
  long peersTurn() {
    long bytes = client.submit().length;
    for (int i = 0; i < shape.framesPerTurn(); i++) {
      LoadWorker worker = nextWorker();
      bytes += worker.outcomes().length;
      if (i < grants) {
        letters.add(new Letter(worker, grant));
      }
    }
    letters.add(new Letter(client, grant));
    letters.add(new Letter(client, grant));
    deliver();
    return bytes;
  }

  /** Looks that the core holds what it should between two turns. */
  void check() {
    door.check(submitted() - shape.inFlight(), shape.inFlight());
  }
}
