package dev.errand.worker;

import dev.errand.config.cluster.Membership;
import dev.errand.config.launch.ExitCode;
import dev.errand.config.launch.HealthDoor;
import dev.errand.config.launch.NodeFailure;
import dev.errand.config.launch.ProcessEnd;
import dev.errand.config.settings.WorkerSettings;
import dev.errand.protocol.Terms;
import dev.errand.protocol.bus.BusPort;
import dev.errand.protocol.client.TaskClient;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Offer;
import dev.errand.worker.core.WorkerCore;
import dev.errand.worker.core.WorkerProfile;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker: the bus, the core and the runner on one event loop; handlers run elsewhere. Deployed
 * on a Vertx of the secured cluster. (Not to be confused with Vert.x's worker threading model: this
 * is an event-loop verticle.)
 */
public final class WorkerVerticle extends VerticleBase {

  private static final Logger log = LoggerFactory.getLogger(WorkerVerticle.class);
  private static final int BEATS_PER_WATCH = AttemptRunner.WATCH_MILLIS / Beat.MILLIS;

  /** For the dispatcher's acknowledgement of what was given back at the very end. */
  private static final long LAST_WORDS_NANOS = TimeUnit.SECONDS.toNanos(2);

  private WorkerSettings settings;
  private HandlersClient client;
  private AttemptRunner runner;
  private WorkerCore core;
  private BusPort port;
  private final Runnable beat = this::beat;
  private int beats;
  private boolean turning;
  private boolean wasReady;
  private String lastRefusal;
  private boolean saidUnknown;
  private Leaving leaving;
  private boolean stopping;

  @Override
  public Future<?> start() {
    if (context.threadingModel() != ThreadingModel.EVENT_LOOP || context.getInstanceCount() > 1) {
      throw new NodeFailure(
          ExitCode.USAGE, "a worker is one event-loop verticle: drop -instances and -worker");
    }
    settings = WorkerSettings.read(config(), System.getenv());
    Membership membership = Membership.of(vertx);
    String cluster = membership.cluster();
    Handlers handlers = handlers();
    String nodeId = membership.local().nodeId();
    WorkerProfile profile = profile(nodeId, handlers);
    client = new HandlersClient(context, () -> TaskClient.create(vertx, cluster, nodeId));
    return open(membership, handlers, profile)
        .onSuccess(
            any -> {
              log.info(
                  "worker '{}' of cluster '{}' at {}",
                  settings.name(),
                  cluster,
                  membership.local().address());
              log.info("has handlers of the types {}", types(handlers));
            });
  }

  private Handlers handlers() {
    try {
      return Handlers.find(settings.handlers());
    } catch (IllegalArgumentException e) {
      throw new NodeFailure(ExitCode.USAGE, e.getMessage());
    }
  }

  private static String types(Handlers handlers) {
    return handlers.offers().stream().map(Offer::type).sorted().collect(Collectors.joining(", "));
  }

  private Map<String, String> labels() {
    try {
      return Terms.labels(WorkerSettings.LABELS, settings.labels());
    } catch (IllegalArgumentException e) {
      throw new NodeFailure(ExitCode.USAGE, e.getMessage());
    }
  }

  private WorkerProfile profile(String nodeId, Handlers handlers) {
    WorkerSettings.Slots slots = settings.slots();
    return new WorkerProfile(
        settings.name(),
        nodeId,
        new Credit(slots.blocking(), slots.eventLoop()),
        handlers.offers(),
        labels());
  }

  private Future<Void> open(Membership membership, Handlers handlers, WorkerProfile profile) {
    long incarnation = new SecureRandom().nextLong() >>> 1;
    int blocking = settings.slots().blocking();
    EventLoop loop = ((ContextInternal) context).nettyEventLoop();
    runner =
        new AttemptRunner(handlers, blocking, this::turn, loop, client::submit, this::resultLimit);
    String nodeId = membership.local().nodeId();
    port = new BusPort(vertx, nodeId, incarnation, this::turn, () -> core.link());
    core = new WorkerCore(Header.cluster(membership.cluster()), incarnation, profile, runner, port);
    membership.onLeft(
        member -> {
          if (isDispatcher(member)
              && membership.members().stream().noneMatch(WorkerVerticle::isDispatcher)) {
            turn(() -> core.link().dispatcherLeft(System.nanoTime()));
          }
        });
    Future<Void> opened = runner.open(core);
    Beat.join(loop, beat);
    return Future.all(port.opened(), opened, openHealth(membership)).mapEmpty();
  }

  private Future<Void> openHealth(Membership membership) {
    if (settings.healthPort().isEmpty()) {
      return Future.succeededFuture();
    }
    return new HealthDoor(membership::isAlive, () -> core.ready() && leaving == null)
        .open(
            vertx,
            membership.local().host(),
            settings.healthPort().getAsInt(),
            WorkerSettings.HEALTH_PORT)
        .mapEmpty();
  }

  private static boolean isDispatcher(Membership.Member member) {
    return "dispatcher".equals(member.role());
  }

  private int resultLimit() {
    return core.link().timings() == null ? 0 : core.link().timings().resultLimit();
  }

  private void beat() {
    ((ContextInternal) context).emit(any -> turnNow(this::tick));
  }

  private void tick() {
    core.tick(System.nanoTime());
    if (leaving != null) {
      leaving.tick();
    }
    if (++beats % BEATS_PER_WATCH == 0) {
      runner.watch();
    }
  }

  /** Runs it on this verticle's context, with one flush behind all that gather in a turn. */
  private void turn(Runnable step) {
    context.runOnContext(
        any -> {
          step.run();
          if (!turning) {
            turning = true;
            context.runOnContext(end -> endTurn());
          }
        });
  }

  /**
   * The beat's turn: it is on this verticle's context, and nothing else is under way. A pass of the
   * event loop for each would cost an idle worker most of what it takes.
   */
  private void turnNow(Runnable step) {
    step.run();
    if (!turning) {
      endTurn();
    }
  }

  private void endTurn() {
    turning = false;
    core.begin(System.nanoTime());
    runner.flush();
    core.flush();
    if (core.ready() != wasReady) {
      wasReady = core.ready();
      log.info(wasReady ? "the dispatcher is there" : "the dispatcher is away, waiting for it");
    }
    if (core.refusal() != null && !core.refusal().equals(lastRefusal)) {
      lastRefusal = core.refusal();
      log.error("the dispatcher refuses this worker: {}", lastRefusal);
    }
    if (!saidUnknown && core.link().unknownKinds() != 0) {
      saidUnknown = true;
      log.warn(
          "the dispatcher is of a later version and sends frames of a kind that this version does"
              + " not know: they are stepped over");
    }
    if (core.toldToLeave() && leaving == null) {
      log.info(
          "told to leave: finishes what runs here, {} tasks, and takes nothing new",
          core.wantedCount());
      leaving = new Leaving();
      leaving.done.future().onSuccess(any -> leaves());
    }
  }

  /** As it was told to; unless it is being stopped anyway. */
  private void leaves() {
    if (!stopping) {
      log.info("leaves, as it was told to");
      Membership membership = Membership.of(vertx);
      vertx.undeploy(context.deploymentID()).onSuccess(any -> membership.done());
    }
  }

  @Override
  public Future<?> stop() {
    if (core == null) {
      return Future.succeededFuture();
    }
    if (ProcessEnd.isCalledForByCode()) {
      // A handler ended the process: what runs is not given back, or it would end the next one too.
      Beat.leave(beat);
      return Future.succeededFuture();
    }
    stopping = true;
    if (leaving == null) {
      leaving = new Leaving();
      turn(core::drain);
    }
    leaving.hurry();
    return leaving.done.future().compose(any -> client.close()).compose(any -> runner.close());
  }

  /**
   * The way out: finish what runs, as long as there is patience, give back the rest, say goodbye.
   * Of who was told to leave nobody knows for how long it may take: it waits for what is wanted,
   * the timeouts of attempts see to its end, and then has that patience for what is not.
   */
  private final class Leaving {

    private final Promise<Void> done = Promise.promise();
    private boolean hurries;
    private long drainUntil;
    private long wordsUntil;

    /** From now on there is patience for {@code worker.drain}. */
    private void hurry() {
      if (!hurries) {
        hurries = true;
        drainUntil = System.nanoTime() + settings.drain().toNanos();
      }
    }

    private void tick() {
      long now = System.nanoTime();
      if (done.future().isComplete()) {
        return;
      }
      if (core.wantedCount() == 0) {
        hurry();
      }
      if (wordsUntil != 0) {
        core.releaseAll("worker '" + settings.name() + "' stops");
        sayLastWords(now);
      } else if (core.runningCount() == 0 || (hurries && now - drainUntil >= 0)) {
        wordsUntil = now + LAST_WORDS_NANOS;
        core.stopAll();
      }
    }

    /** What it owes to a dispatcher that is away is worth the rest of its patience. */
    private void sayLastWords(long now) {
      core.flush();
      boolean away = !core.ready();
      boolean patient = now - wordsUntil < 0 || (away && now - drainUntil < 0);
      if (core.recorded() || (away && !core.owes()) || !patient) {
        core.bye();
        core.flush();
        Beat.leave(beat);
        port.close();
        done.complete();
      }
    }
  }
}
