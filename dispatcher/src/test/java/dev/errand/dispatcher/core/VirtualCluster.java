package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.WorkerHello;
import dev.errand.protocol.link.DispatcherLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A dispatcher's core with workers and clients, in virtual time, on a bus that does to letters what
 * the test wants. The books are looked at after every step.
 */
final class VirtualCluster {

  static final CoreSettings SETTINGS =
      new CoreSettings(
          VirtualPeer.CLUSTER,
          0x5707e,
          3,
          new CoreSettings.Limits(100, 200, 1_000, 1 << 20),
          new CoreSettings.Defaults(60_000, 3, 1_000),
          CoreSettings.Timings.USUAL);

  /** What the check of payloads does not let pass. */
  static final Bytes BAD_PAYLOAD = Bytes.of("{");

  private static final Duration STEP = Duration.ofMillis(50);
  private static final long START_NANOS = -7_000_000_000_123L;
  private static final long START_MILLIS = 1_700_000_000_000L;

  /**
   * A frame on its way.
   *
   * @param peer whose it is
   * @param up whether it goes to the dispatcher
   * @param call whether it is a request, or the answer to one
   */
  record Letter(long peer, boolean up, boolean call, byte[] frame) {

    FrameKind kind() {
      try {
        return Header.read(frame).kind();
      } catch (MalformedFrameException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Chance that gives the same share of whatever is asked of it. */
  static final class Chance implements RandomGenerator {

    double share = 1;

    @Override
    public long nextLong() {
      throw new AssertionError("the core asks for a bounded number only");
    }

    @Override
    public long nextLong(long bound) {
      return (long) (share * (bound - 1));
    }
  }

  final VirtualStore store = new VirtualStore();
  final Chance chance = new Chance();

  /** What happens to the letters of one turn on their way. */
  UnaryOperator<List<Letter>> weather = UnaryOperator.identity();

  /** By how much the wall clock is wrong. */
  Duration wallError = Duration.ZERO;

  DispatcherCore core;
  private final CoreSettings.Window window;
  private int epoch = SETTINGS.epoch();
  private final Map<Long, Line> lines = new LinkedHashMap<>();
  private final Set<Long> cutOff = new HashSet<>();
  private List<Letter> letters = new ArrayList<>();
  private long nanos = START_NANOS;
  private long lastIncarnation = 100;
  private boolean justLoaded;

  VirtualCluster() {
    this(CoreSettings.Window.ALL);
  }

  /** One whose core has no more than that in memory. */
  VirtualCluster(CoreSettings.Window window) {
    this.window = window;
    core = newCore();
  }

  private DispatcherCore newCore() {
    CoreSettings settings =
        new CoreSettings(
            SETTINGS.cluster(),
            SETTINGS.storeId(),
            epoch,
            SETTINGS.limits(),
            SETTINGS.defaults(),
            SETTINGS.timings(),
            window);
    return new DispatcherCore(
        settings,
        payload -> payload.equals(BAD_PAYLOAD) ? "payload is cut off" : null,
        chance,
        (node, peer, frame) -> letters.add(new Letter(peer, false, false, frame)),
        now());
  }

  /**
   * The dispatcher is killed, and starts again from what its store has recorded; its peers say
   * hello when they notice.
   */
  void restart() {
    // As with its last tick; of a store that is stuck it has nothing.
    core.mark();
    endTurn();
    epoch++;
    letters.clear();
    store.restart();
    core = newCore();
    core.recover(
        store.tasks.values().stream().map(Kept::of).toList(),
        store.types.values(),
        NOTHING,
        0,
        now());
    settle();
  }

  private static final Ledger NOTHING = new Ledger(0, 0, 0, 0, 0, 0, 0);

  Now now() {
    long passed = (nanos - START_NANOS) / 1_000_000;
    return new Now(nanos, START_MILLIS + passed + wallError.toMillis());
  }

  /** Frames of that kind are lost. */
  void lose(FrameKind kind) {
    weather = due -> due.stream().filter(letter -> letter.kind() != kind).toList();
  }

  /** All letters arrive again. */
  void loseNothing() {
    weather = UnaryOperator.identity();
  }

  /** A peer's way to the dispatcher. */
  private final class Line implements DispatcherLink.Port {

    private final long incarnation = ++lastIncarnation;
    private VirtualPeer peer;
    private long patience = Long.MAX_VALUE;

    @Override
    public void send(byte[] frame) {
      letters.add(new Letter(incarnation, true, false, frame));
    }

    @Override
    public void request(byte[] frame, int answerMillis) {
      letters.add(new Letter(incarnation, true, true, frame));
      patience = nanos + answerMillis * 1_000_000L;
    }

    private void deliver(Letter letter) {
      if (letter.call()) {
        patience = Long.MAX_VALUE;
        peer.link.answer(letter.frame(), nanos);
      } else {
        peer.link.receive(letter.frame(), nanos);
      }
    }

    private void tick() {
      if (nanos >= patience) {
        patience = Long.MAX_VALUE;
        peer.link.noAnswer(nanos);
      }
      peer.link.tick(nanos);
    }
  }

  /** A worker with so many slots for all its types. */
  VirtualWorker worker(String name, int slots, String... types) {
    return worker(
        name,
        new Credit(0, slots),
        Stream.of(types).map(type -> new Offer(type, Pool.EVENT_LOOP, 0)).toList());
  }

  VirtualWorker worker(String name, Credit slots, List<Offer> offers) {
    return worker(name, slots, offers, Map.of());
  }

  /** A worker with labels that tasks may require. */
  VirtualWorker worker(String name, Credit slots, List<Offer> offers, Map<String, String> labels) {
    Line line = new Line();
    WorkerHello profile =
        new WorkerHello(name, "node-of-" + name, slots, offers, labels, List.of(), false);
    return join(line, new VirtualWorker(line.incarnation, profile, line));
  }

  VirtualClient client() {
    Line line = new Line();
    return join(line, new VirtualClient(line.incarnation, line));
  }

  private <P extends VirtualPeer> P join(Line line, P peer) {
    line.peer = peer;
    lines.put(line.incarnation, line);
    line.tick();
    settle();
    return peer;
  }

  /** The process is gone; nobody tells the dispatcher. */
  void kill(VirtualPeer peer) {
    lines.remove(peer.incarnation);
  }

  /** It says goodbye, and ends. */
  void leave(VirtualPeer peer) {
    peer.link.batch(FrameKind.BYE);
    settle();
    kill(peer);
  }

  /** No letter from it or to it arrives. */
  void cutOff(VirtualPeer peer) {
    cutOff.add(peer.incarnation);
  }

  void reconnect(VirtualPeer peer) {
    cutOff.remove(peer.incarnation);
  }

  /** Submits a task that is accepted, and gives its id. */
  long submit(VirtualClient client, TaskRequest request) {
    long number = client.submit(request);
    settle();
    Accepted answer = client.answer(number);
    assertThat(answer.problem()).isNull();
    return answer.id();
  }

  /** Names of those that were lost since the last call. */
  List<String> lostWorkers() {
    return core.workerChanges().stream()
        .filter(change -> change.kind() == WorkerChange.Kind.LOST)
        .map(WorkerChange::name)
        .toList();
  }

  Task view(long id) {
    return core.view(id, now());
  }

  /** Time passes in small steps. */
  void pass(Duration time) {
    Duration left = time;
    for (; left.compareTo(STEP) > 0; left = left.minus(STEP)) {
      tick(STEP);
    }
    tick(left);
  }

  /** So much time passes, and nobody looks at the clock. */
  void stand(Duration time) {
    nanos += time.toNanos();
  }

  /** So much time passes at once. */
  void tick(Duration time) {
    stand(time);
    core.tick(now());
    lines.values().forEach(Line::tick);
    settle();
  }

  /** Letters travel until there are none. */
  void settle() {
    do {
      List<Letter> due = weather.apply(letters);
      letters = new ArrayList<>();
      due.forEach(this::deliver);
      endTurn();
      lines.values().forEach(line -> line.peer.link.flush());
    } while (!letters.isEmpty() || core.isDue() || mayGrant());
    audit();
  }

  /** What has gathered goes to the store, as it does with each tick. */
  void record() {
    core.mark();
    settle();
  }

  /** Tasks that came from the store in this turn are granted in the next. */
  private boolean mayGrant() {
    boolean loaded = justLoaded;
    justLoaded = false;
    return loaded;
  }

  private void deliver(Letter letter) {
    Line line = lines.get(letter.peer());
    if (cutOff.contains(letter.peer())) {
      return;
    }
    if (!letter.up()) {
      if (line != null) {
        line.deliver(letter);
      }
    } else if (letter.call()) {
      byte[] answer = core.request(letter.frame(), now());
      if (answer != null) {
        letters.add(new Letter(letter.peer(), false, true, answer));
      }
    } else {
      core.receive(letter.frame(), now());
    }
  }

  private void endTurn() {
    Changes changes = core.changes();
    if (changes != null) {
      store.append(changes);
    }
    core.durable(store.recorded());
    core.unresolved().forEach(watching -> core.watched(watching, store.tasks.get(watching.id())));
    core.flush(now());
    for (DispatcherCore.Load load : core.loads()) {
      core.loaded(load, store.next(load), now());
      justLoaded = true;
    }
  }

  private void audit() {
    Ledger ledger = core.ledger();
    assertThat(
            ledger.scheduled()
                + ledger.queued()
                + ledger.running()
                + ledger.succeeded()
                + ledger.failed()
                + ledger.cancelled())
        .as("%s", ledger)
        .isEqualTo(ledger.submitted());
    List<TypeView> types = core.types(now());
    long running = types.stream().mapToLong(TypeView::running).sum();
    assertThat(types.stream().mapToLong(TypeView::queued).sum())
        .isBetween(ledger.queued() - store.waitingEnds(), ledger.queued());
    assertThat(running).isBetween(ledger.running() - store.waitingEnds(), ledger.running());
    long zombies = types.stream().mapToLong(TypeView::zombies).sum();
    assertThat(core.workers(now()).stream().mapToLong(WorkerView::running).sum())
        .isEqualTo(running + zombies);
    assertThat(ledger.succeeded() + ledger.failed() + ledger.cancelled())
        .isEqualTo(store.ended.size());
  }
}
