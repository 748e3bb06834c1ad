package dev.errand.dispatcher;

import dev.errand.config.cluster.LastStep;
import dev.errand.config.cluster.Membership;
import dev.errand.config.launch.ExitCode;
import dev.errand.config.launch.NodeFailure;
import dev.errand.config.settings.DispatcherSettings;
import dev.errand.config.settings.HttpSettings;
import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.bus.BusDoor;
import dev.errand.dispatcher.bus.BusPort;
import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.PayloadCheck;
import dev.errand.dispatcher.figures.Figures;
import dev.errand.dispatcher.figures.NodeState;
import dev.errand.dispatcher.store.DiskTaskStore;
import dev.errand.dispatcher.store.MemoryTaskStore;
import dev.errand.dispatcher.store.Recovered;
import dev.errand.dispatcher.store.StoreException;
import dev.errand.dispatcher.store.TaskStore;
import dev.errand.dispatcher.web.WebDoor;
import dev.errand.protocol.frame.Header;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One dispatcher node: core, store and doors on one event loop. Deployed once, on a Vertx of the
 * secured cluster.
 */
public final class DispatcherVerticle extends VerticleBase {

  private static final Logger log = LoggerFactory.getLogger(DispatcherVerticle.class);
  private static final int TICK_MILLIS = 50;

  /** Of each line that waits so many are in memory: workers get them at once. */
  private static final int WINDOW_TASKS = 50_000;

  private static final int LOOK_MILLIS = 1_000;
  private static final int SECOND_MILLIS = 1_000;

  /** At its end. */
  private static final Duration DOOR_LIMIT = Duration.ofSeconds(5);

  private static final Duration STORE_LIMIT = Duration.ofSeconds(10);

  private TaskStore store;
  private TurnLoop turns;
  private BusDoor bus;
  private WebDoor web;
  private volatile boolean open;

  @Override
  public Future<?> start() {
    if (context.threadingModel() != ThreadingModel.EVENT_LOOP || context.getInstanceCount() > 1) {
      throw new NodeFailure(
          ExitCode.USAGE, "a dispatcher is one event-loop verticle: drop -instances and -worker");
    }
    DispatcherSettings settings = DispatcherSettings.read(config(), System.getenv());
    Membership membership = Membership.of(vertx);
    refuseSecond(membership);
    return openStore(settings.store())
        .compose(
            recovered ->
                vertx.executeBlocking(() -> core(settings, membership.cluster(), recovered)))
        .compose(core -> open(settings, membership, core))
        .onFailure(e -> stop())
        .recover(e -> Future.failedFuture(ofStore(e)));
  }

  private static Throwable ofStore(Throwable failure) {
    return failure instanceof StoreException
        ? new NodeFailure(ExitCode.STORE_FAILED, failure.getMessage())
        : failure;
  }

  /** Blocking is for others: nothing else runs here before what was kept has been read. */
  private Future<Recovered> openStore(StoreSettings settings) {
    if (settings.kind() == StoreSettings.Kind.MEMORY) {
      store = new MemoryTaskStore(settings, System::currentTimeMillis);
      return Future.succeededFuture(Recovered.NOTHING);
    }
    return vertx
        .executeBlocking(
            () -> DiskTaskStore.open(settings, this::onLoop, System::currentTimeMillis))
        .onSuccess(disk -> store = disk)
        .map(DiskTaskStore::recovered);
  }

  private void onLoop(Runnable step) {
    context.runOnContext(any -> step.run());
  }

  private DispatcherCore core(DispatcherSettings settings, String cluster, Recovered recovered) {
    DispatcherCore core =
        new DispatcherCore(
            coreSettings(settings, cluster),
            PayloadCheck.json(),
            new SplittableRandom(new SecureRandom().nextLong()),
            new BusPort(vertx),
            TurnLoop.now());
    core.recover(
        recovered.tasks(),
        recovered.types(),
        recovered.others(),
        recovered.lastId(),
        TurnLoop.now());
    return core;
  }

  private Future<?> open(DispatcherSettings settings, Membership membership, DispatcherCore core) {
    HttpSettings http = settings.http();
    store.start();
    turns =
        new TurnLoop(
            context,
            core,
            store,
            e -> membership.end(new NodeFailure(ExitCode.STORE_FAILED, told(e))));
    membership.onLeft(member -> turns.nodeLeft(member.nodeId()));
    vertx.setPeriodic(TICK_MILLIS, any -> turns.tick());
    vertx.setPeriodic(LOOK_MILLIS, any -> yieldToElder(membership));
    Dispatch dispatch = new Dispatch(turns);
    Instant httpCertificateEnd = http.tls() == null ? null : http.tls().end();
    Figures figures =
        new Figures(dispatch, () -> state(membership, settings.store(), httpCertificateEnd));
    Duration wait = settings.defaults().usualWait();
    bus = new BusDoor(vertx, turns, dispatch, wait);
    vertx.setPeriodic(SECOND_MILLIS, any -> figures.tick());
    web = new WebDoor(vertx, http, dispatch, figures, wait);
    return web.open()
        .compose(port -> bus.open().map(port))
        .onSuccess(
            port -> {
              open = true;
              log.info(
                  "dispatcher of cluster '{}' at {}, {}",
                  membership.cluster(),
                  membership.local().address(),
                  http.url(port));
            });
  }

  private NodeState state(Membership membership, StoreSettings store, Instant httpCertificateEnd) {
    Map<String, NodeState.Member> members = new LinkedHashMap<>();
    for (Membership.Member member : membership.members()) {
      members.put(
          member.nodeId(),
          new NodeState.Member(member.address(), member.version(), member.certificateEnd()));
    }
    return new NodeState(
        membership.isAlive(),
        open,
        membership.isWhole(),
        members,
        membership.apart(),
        membership.refusing(),
        membership.unlisted(),
        new NodeState.Safety(
            membership.certificateEnd(), httpCertificateEnd, membership.refusedConnections()),
        store.kind().name().toLowerCase(Locale.ROOT));
  }

  private static String told(Throwable e) {
    return e instanceof StoreException ? e.getMessage() : "the store failed: " + e;
  }

  private static void refuseSecond(Membership membership) {
    Membership.Member local = membership.local();
    for (Membership.Member member : membership.members()) {
      if (DispatcherRole.NAME.equals(member.role()) && !member.nodeId().equals(local.nodeId())) {
        throw new NodeFailure(
            ExitCode.USAGE,
            "cluster '"
                + membership.cluster()
                + "' has a dispatcher at "
                + member.address()
                + ": stop that one first, or set another cluster.name");
      }
    }
  }

  /** Two parts of a cluster that are merged may have had a dispatcher each. */
  private static void yieldToElder(Membership membership) {
    String local = membership.local().nodeId();
    membership.members().stream()
        .filter(member -> DispatcherRole.NAME.equals(member.role()))
        .findFirst()
        .filter(eldest -> !eldest.nodeId().equals(local))
        .ifPresent(
            eldest ->
                membership.end(
                    new NodeFailure(
                        ExitCode.FAILED,
                        "the dispatcher at "
                            + eldest.address()
                            + " was here before: this one ends")));
  }

  private CoreSettings coreSettings(DispatcherSettings settings, String cluster) {
    return new CoreSettings(
        Header.cluster(cluster),
        store.id(),
        store.epoch(),
        new CoreSettings.Limits(
            settings.limits().payload(),
            settings.limits().result(),
            settings.limits().queued(),
            settings.limits().queuedBytes()),
        new CoreSettings.Defaults(
            settings.defaults().timeout().toMillis(),
            settings.defaults().maxAttempts(),
            settings.defaults().backoff().toMillis()),
        CoreSettings.Timings.USUAL,
        window(settings.store()));
  }

  /**
   * Half of the memory is for tasks, an eighth for waiting ones, and the store has the others; half
   * of each if the store is in the same memory.
   */
  private static CoreSettings.Window window(StoreSettings store) {
    long memory = Runtime.getRuntime().maxMemory();
    long part = store.kind() == StoreSettings.Kind.MEMORY ? memory / 2 : memory;
    return new CoreSettings.Window(WINDOW_TASKS, part / 8, part / 2);
  }

  /**
   * The web closes last: until all that was taken is on the disk, callers are answered, and told to
   * come back. No step may hold up the end: what a store that takes too long has not confirmed was
   * acknowledged to nobody.
   */
  @Override
  public Future<?> stop() {
    open = false;
    if (web != null) {
      web.refuse();
    }
    return close("the bus", bus == null ? Future.succeededFuture() : bus.close())
        .compose(any -> LastStep.within(context, STORE_LIMIT, "closing the store", closeStore()))
        .eventually(() -> close("HTTP", web == null ? Future.succeededFuture() : web.close()));
  }

  /** What has gathered goes there first. */
  private Future<Void> closeStore() {
    if (store == null) {
      return Future.succeededFuture();
    }
    Future<Void> last = turns == null ? Future.succeededFuture() : turns.recorded();
    return last.eventually(store::close);
  }

  /** A door that can't be closed must not keep the others open. */
  private Future<Void> close(String door, Future<Void> closing) {
    return LastStep.within(context, DOOR_LIMIT, "closing " + door, closing)
        .onFailure(e -> log.warn("while closing {}: {}", door, e.getMessage()))
        .otherwiseEmpty();
  }
}
