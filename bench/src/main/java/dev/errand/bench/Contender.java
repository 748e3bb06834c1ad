package dev.errand.bench;

import static dev.errand.bench.SpeedCase.HUNDRED;
import static dev.errand.bench.SpeedCase.KIB_HUNDRED;
import static dev.errand.bench.SpeedCase.KIB_TEN_THOUSAND;
import static dev.errand.bench.SpeedCase.KIB_THOUSAND;
import static dev.errand.bench.SpeedCase.ONE;
import static dev.errand.bench.SpeedCase.TEN_THOUSAND;
import static dev.errand.bench.SpeedCase.THOUSAND;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The systems whose speed is measured, in the order in which they take turns. */
enum Contender {
  ERRAND_MEMORY(Debian.NOTHING, Cases.ERRAND, parent -> errand(parent, "memory")),
  VERTX_REQUEST(Debian.NOTHING, Cases.REQUEST, RequestPeer::start),
  ERRAND_DISK(Debian.NOTHING, Cases.ERRAND, parent -> errand(parent, "disk")),
  HAZELCAST_EXECUTOR(Debian.NOTHING, Cases.PEER, ExecutorPeer::start),
  HAZELCAST_EXECUTOR_TUNED(
      Debian.NOTHING,
      Cases.PEER,
      parent ->
          ExecutorPeer.start(parent, "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2")),
  NATS(NatsPeer.NEEDS, Cases.PEER, parent -> NatsPeer.start(parent, NatsPeer.Mode.CORE)),
  NATS_JETSTREAM_FILE(
      NatsPeer.NEEDS, Cases.PEER, parent -> NatsPeer.start(parent, NatsPeer.Mode.FILE)),
  NATS_JETSTREAM_MEMORY(
      NatsPeer.NEEDS, Cases.PEER, parent -> NatsPeer.start(parent, NatsPeer.Mode.MEMORY)),
  PYTHON_MANAGER(ManagerPeer.NEEDS, Cases.PEER, ManagerPeer::start),
  CELERY_REDIS(CeleryPeer.NEEDS, Cases.PEER, CeleryPeer::start),
  GEARMAN(GearmanPeer.NEEDS, Cases.PEER, GearmanPeer::start);

  private final Debian needs;
  private final List<SpeedCase> cases;
  private final Starter starter;

  Contender(Debian needs, List<SpeedCase> cases, Starter starter) {
    this.needs = needs;
    this.cases = cases;
    this.starter = starter;
  }

  /** Starts the processes of a system. */
  private interface Starter {
    Stage start(Path parent) throws Exception;
  }

  /** The first of each is warmed up for longer. */
  private static final class Cases {
    static final List<SpeedCase> ERRAND =
        List.of(THOUSAND, TEN_THOUSAND, KIB_THOUSAND, KIB_TEN_THOUSAND, ONE);
    static final List<SpeedCase> PEER = List.of(THOUSAND, ONE);
    static final List<SpeedCase> REQUEST =
        List.of(THOUSAND, TEN_THOUSAND, HUNDRED, KIB_THOUSAND, KIB_TEN_THOUSAND, KIB_HUNDRED, ONE);
  }

  private static Stage errand(Path parent, String store) throws Exception {
    StoreCluster.Setup setup = new StoreCluster.Setup(Folders.home(), parent, List.of());
    return Stage.filled(new StoreCluster(setup), cluster -> cluster.startAll(cluster.store(store)));
  }

  /** What it is made of besides Java. */
  Debian needs() {
    return needs;
  }

  List<SpeedCase> cases() {
    return cases;
  }

  /** The one of Errand that it is compared with; that itself is compared with nothing. */
  Contender reference() {
    return this == NATS_JETSTREAM_FILE ? ERRAND_DISK : ERRAND_MEMORY;
  }

  boolean isErrand() {
    return this == ERRAND_MEMORY || this == ERRAND_DISK;
  }

  /**
   * Starts its processes, in a folder of their own, and waits until they can work.
   *
   * @param parent of that folder
   */
  Stage start(Path parent) throws Exception {
    return starter.start(parent);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
