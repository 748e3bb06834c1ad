package dev.errand.simulation;

import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.worker.core.WorkerProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One course of events: a dispatcher, workers and clients in virtual time, all of it decided by a
 * seed. First things go wrong, then they heal, then everything must come to its end. One thread.
 */
final class Simulation {

  static final int PAYLOAD_LIMIT = 100;

  private static final int LEAST_TASKS = 200;

  private static final int FIRST_EPOCH = 3;

  private static final long SECOND = 1_000_000_000L;

  /** After everything healed: longest timeouts, backoffs and lone runs, one behind the other. */
  private static final long DRAIN_NANOS = 300 * SECOND;

  /** A few heartbeats, for what is only told by them. */
  private static final long QUIET_NANOS = 4 * SECOND;

  private final long seed;
  private final Agenda agenda = new Agenda();
  private final Journal journal = new Journal();
  private final Tally tally = new Tally();
  private final Chance chance;
  private final Bus bus;
  private final Plan[] plans;
  private final CoreSettings settings;
  private final Auditor auditor;
  private final SimulatedStore store;
  private DispatcherNode dispatcher;
  private int epoch = FIRST_EPOCH;
  private long wallErrorMillis;
  private final List<WorkerNode> workers = new ArrayList<>();
  private final List<ClientNode> clients = new ArrayList<>();
  private final List<List<Offer>> offers = new ArrayList<>();
  private final List<String> zones = new ArrayList<>();
  private final List<Credit> slots = new ArrayList<>();
  private final long stormEnd;
  private final int[] lives = new int[(int) Node.FIRST_CLIENT + 10];

  Simulation(long seed) {
    this.seed = seed;
    this.chance = new Chance(seed);
    this.bus = new Bus(this, agenda, chance.split());
    this.plans = new Workload(chance.split()).plans();
    int heartbeat = chance.one(250, 500, 1_000);
    this.settings =
        new CoreSettings(
            Node.CLUSTER,
            0x5707e,
            FIRST_EPOCH,
            new CoreSettings.Limits(
                PAYLOAD_LIMIT,
                200,
                chance.of(0.15) ? chance.between(20, 80) : plans.length,
                chance.of(0.1) ? chance.between(8_000, 20_000) : Long.MAX_VALUE),
            new CoreSettings.Defaults(8_000, 3, 300),
            new CoreSettings.Timings(heartbeat, 3 * heartbeat, 5 * heartbeat, 600_000),
            window());
    this.stormEnd = chance.millis(5_000, 18_000);
    this.auditor = new Auditor(this, settings, plans.length);
    this.store = new SimulatedStore(this, agenda, chance.split());
    this.dispatcher = new DispatcherNode(this, settings, store, chance.split());
    tally.seeds = 1;
  }

  /** In some, most of what waits is only in the store. */
  private CoreSettings.Window window() {
    return chance.of(0.4)
        ? new CoreSettings.Window(
            chance.between(1, 12),
            chance.of(0.5) ? chance.between(2_000, 20_000) : Long.MAX_VALUE,
            Long.MAX_VALUE)
        : CoreSettings.Window.ALL;
  }

  /** Runs all of it. */
  Tally run() {
    try {
      course();
    } catch (Violation e) {
      throw failure(e.invariant, e.task, e);
    } catch (RuntimeException e) {
      throw new AssertionError(
          "seed %d: a core threw %s; replay it with%n  %s%n".formatted(seed, e, replay()), e);
    }
    tally.virtualNanos = agenda.now();
    tally.tasks = auditor.submissions();
    return tally;
  }

  private AssertionError failure(Invariant invariant, long task, Violation cause) {
    return new AssertionError(
        "seed %d breaks invariant %d (%s) at %.3f ms: %s%nreplay it with%n  %s%n%s%n"
            .formatted(
                seed,
                invariant.number,
                invariant.text,
                agenda.now() / 1e6,
                cause.getMessage(),
                replay(),
                task == 0 ? "" : "history of task " + task + "\n" + journal.of(task)),
        cause);
  }

  private String replay() {
    return "./mvnw -pl system-tests -am test -Dtest=SimulationTest -Dseed="
        + seed
        + " -Dsurefire.failIfNoSpecifiedTests=false";
  }

  private void course() {
    int workerCount = chance.between(2, 6);
    for (int which = 1; which <= workerCount; which++) {
      offers.add(offers(which));
      // Everything can end in both.
      zones.add(which == 1 || which > 2 && chance.of(0.5) ? "north" : "south");
      slots.add(new Credit(chance.between(1, 6), chance.between(1, 10)));
      join(which);
    }
    int clientCount = chance.between(1, 3);
    for (int which = 0; which < clientCount; which++) {
      joinClient(which);
    }
    for (int number = 0; number < plans.length - Workload.SPARE; number++) {
      Plan plan = plans[number];
      agenda.at(chance.millis(0, stormEnd / 1e6 * 0.9), () -> submit(plan));
    }
    Storm storm = new Storm(this, chance.split(), stormEnd);
    storm.begin();
    storm.drain(new Chance(~seed));
    agenda.at(stormEnd, this::heal);
    while (agenda.now() <= stormEnd) {
      step();
    }
    while (!calm()) {
      if (agenda.now() > stormEnd + DRAIN_NANOS) {
        throw auditor.undrained(restless());
      }
      pass(SECOND / 4);
    }
    pass(QUIET_NANOS);
    auditor.close();
  }

  private void pass(long nanos) {
    long until = agenda.now() + nanos;
    agenda.at(until, () -> {});
    while (agenda.now() < until) {
      step();
    }
  }

  private void step() {
    agenda.step();
    tally.steps++;
  }

  private boolean calm() {
    return auditor.drained()
        && store.idle()
        && clients.stream().allMatch(ClientNode::satisfied)
        && workers.stream().allMatch(Simulation::calm);
  }

  private static boolean calm(WorkerNode worker) {
    return worker.core().ready()
        && !worker.leaving()
        && worker.core().runningCount() == 0
        && worker.core().recorded();
  }

  private String restless() {
    StringBuilder text = new StringBuilder();
    for (ClientNode client : clients) {
      if (!client.satisfied()) {
        text.append(client.wants()).append("; ");
      }
    }
    for (WorkerNode worker : workers) {
      if (!calm(worker)) {
        text.append(Journal.peer(worker.incarnation))
            .append(" runs ")
            .append(worker.core().runningCount())
            .append(worker.core().recorded() ? "; " : ", and owes outcomes; ");
      }
    }
    return text.toString();
  }

  private void heal() {
    bus.heal();
    if (!dispatcher.dead()) {
      resumeAll();
    }
    int sure = (int) Stream.of(plans).filter(this::isSure).count();
    int spare = plans.length - Workload.SPARE;
    for (; sure < LEAST_TASKS && spare < plans.length; sure++) {
      submit(plans[spare++]);
    }
    journal.note(agenda.now(), Journal.Event.HEALED, 0, 0, 0);
  }

  private void resumeAll() {
    for (String type : Workload.TYPES) {
      set(type, false, chance.of(0.5) ? 0 : chance.between(1, 5));
    }
  }

  /** Whether it is a task, or a living client sees to it that it becomes one. */
  private boolean isSure(Plan plan) {
    return plan.good()
        && !plan.contested()
        && plan.number() == plan.body()
        && (auditor.knows(plan) || clients.stream().anyMatch(client -> client.cares(plan)));
  }

  // Nodes.

  private List<Offer> offers(int which) {
    List<Offer> all = new ArrayList<>();
    for (String type : Workload.TYPES) {
      // The first two offer everything, so that everything can end.
      if (which <= 2 || chance.of(0.6)) {
        Pool pool = chance.of(0.5) ? Pool.BLOCKING : Pool.EVENT_LOOP;
        all.add(new Offer(type, pool, chance.of(0.5) ? 0 : 2_000));
      }
    }
    return all;
  }

  private long incarnation(long which) {
    return which * Node.LIVES + ++lives[(int) which];
  }

  private void join(int which) {
    long incarnation = incarnation(which);
    WorkerProfile profile =
        new WorkerProfile(
            "worker-" + which,
            "node-" + incarnation,
            slots.get(which - 1),
            offers.get(which - 1),
            Map.of("zone", zones.get(which - 1)));
    WorkerNode worker = new WorkerNode(this, which, incarnation, profile);
    workers.add(worker);
    joined(worker);
    worker.begin(chance.millis(0, 100));
  }

  private ClientNode joinClient(int which) {
    ClientNode client = new ClientNode(this, which, incarnation(Node.FIRST_CLIENT + which));
    clients.add(client);
    joined(client);
    client.begin(chance.millis(0, 100));
    return client;
  }

  private void joined(Node node) {
    bus.join(node);
    journal.note(agenda.now(), Journal.Event.PEER_JOINED, 0, node.incarnation, 0);
  }

  private void gone(Node node) {
    node.die();
    bus.leave(node);
    journal.note(agenda.now(), Journal.Event.PEER_GONE, 0, node.incarnation, 0);
  }

  /** Its process is gone; another one takes its place later. */
  void kill(WorkerNode worker, Fault how) {
    if (worker.dead()) {
      return;
    }
    fault(how, worker);
    gone(worker);
    workers.remove(worker);
    if (chance.of(0.5)) {
      fault(Fault.MEMBER_LEFT, worker);
      agenda.in(chance.millis(1, 1_000), () -> nodeLeft(worker.nodeId));
    }
    agenda.in(chance.millis(100, 3_000), () -> join(worker.which));
  }

  /** It goes in order; another one takes its place later. */
  void leave(WorkerNode worker, long patience) {
    if (worker == null || worker.leaving() || worker.frozen()) {
      return;
    }
    fault(Fault.WORKER_LEFT, worker);
    worker.leave(
        patience,
        () -> fault(Fault.WORKER_LEFT_IN_A_HURRY, worker),
        () -> {
          gone(worker);
          workers.remove(worker);
          agenda.in(chance.millis(0, 2_000), () -> join(worker.which));
        });
  }

  /** Its process is gone; another one waits for what it waited for. */
  void kill(ClientNode client) {
    if (client == null) {
      return;
    }
    fault(Fault.CLIENT_KILLED, client);
    gone(client);
    clients.remove(client);
    ClientNode next = joinClient(client.which);
    client.awaited().forEach(next::watch);
  }

  WorkerNode anyWorker() {
    return workers.isEmpty() ? null : workers.get(chance.between(0, workers.size() - 1));
  }

  ClientNode anyClient() {
    return clients.get(chance.between(0, clients.size() - 1));
  }

  /** The worker of that incarnation while it lives; null if it is none. */
  WorkerNode worker(long incarnation) {
    for (WorkerNode worker : workers) {
      if (worker.incarnation == incarnation) {
        return worker;
      }
    }
    return null;
  }

  private void submit(Plan plan) {
    ClientNode client = anyClient();
    client.on(
        () -> {
          if (!plan.good()) {
            fault(Fault.BAD_SUBMISSION, client);
          }
          client.submit(plan);
          client.flush();
        });
  }

  void nodeLeft(String nodeId) {
    DispatcherNode to = dispatcher;
    to.on(() -> to.nodeLeft(nodeId));
  }

  /** The dispatcher's process is gone; another one goes on from what the store has kept. */
  void crash(boolean power, long downNanos) {
    if (dispatcher.dead()) {
      return;
    }
    fault(power ? Fault.POWER_LOST : Fault.DISPATCHER_CRASHED, null);
    dispatcher.die();
    store.crash(power);
    auditor.dies();
    List<Node> nodes = new ArrayList<>(workers);
    nodes.addAll(clients);
    for (Node node : nodes) {
      if (chance.of(0.5)) {
        agenda.in(chance.millis(1, 500), () -> node.on(() -> dispatcherLeft(node)));
      }
    }
    agenda.in(downNanos, this::restart);
  }

  private void restart() {
    CoreSettings next =
        new CoreSettings(
            settings.cluster(),
            settings.storeId(),
            ++epoch,
            settings.limits(),
            settings.defaults(),
            settings.timings(),
            settings.window());
    dispatcher = new DispatcherNode(this, next, store, chance.split());
    if (agenda.now() >= stormEnd) {
      resumeAll();
    }
  }

  /** The membership tells a node that the dispatcher has left. */
  void dispatcherLeft(Node node) {
    node.link().dispatcherLeft(agenda.now());
    node.flush();
  }

  // Orders.

  void cancelAny() {
    DispatcherNode to = dispatcher;
    for (int left = chance.between(1, 20); left > 0; left--) {
      long id = auditor.anyTask(chance);
      to.on(() -> to.cancel(id));
    }
  }

  void cancelBatch(String batch) {
    DispatcherNode to = dispatcher;
    to.on(() -> to.cancelBatch(batch));
  }

  void retryAny() {
    long id = auditor.anyTask(chance);
    DispatcherNode to = dispatcher;
    to.on(() -> to.retry(id));
  }

  void drainAny(Chance own) {
    if (!workers.isEmpty()) {
      WorkerNode worker = workers.get(own.between(0, workers.size() - 1));
      DispatcherNode to = dispatcher;
      to.on(() -> to.drain(worker.incarnation));
    }
  }

  void set(String type, boolean paused, int limit) {
    DispatcherNode to = dispatcher;
    to.on(() -> to.set(type, paused, limit));
  }

  void jumpClock(long millis) {
    wallErrorMillis = millis;
  }

  long wallErrorMillis() {
    return wallErrorMillis;
  }

  // The parts.

  Plan plan(Bytes payload) {
    return plans[Integer.parseInt(payload.text())];
  }

  void fault(Fault fault, Node node) {
    tally.fault(fault);
    if (fault.ordinal() > Fault.NO_ANSWER.ordinal()) {
      journal.note(
          agenda.now(),
          Journal.Event.FAULT,
          0,
          node == null ? 0 : node.incarnation,
          fault.ordinal());
    }
  }

  Agenda agenda() {
    return agenda;
  }

  Bus bus() {
    return bus;
  }

  Journal journal() {
    return journal;
  }

  Tally tally() {
    return tally;
  }

  Auditor auditor() {
    return auditor;
  }

  DispatcherNode dispatcher() {
    return dispatcher;
  }

  SimulatedStore store() {
    return store;
  }

  /** For what happens inside of nodes. */
  Chance chance() {
    return chance;
  }

  long lossMillis() {
    return settings.timings().loss();
  }
}
