package dev.errand.dispatcher.figures;

import dev.errand.dispatcher.Snapshot;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.dispatcher.figures.Verdict.Code;
import dev.errand.protocol.Millis;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** How a {@link Verdict} is found: the first rule that has something to say has it. */
final class Rules {

  static final long SLOW_MILLIS = 1_000;

  /** Below that nobody minds that the oldest waits longer and longer. */
  static final long PATIENCE_MILLIS = 5_000;

  /** Within ten seconds. */
  static final long GROWTH_MILLIS = 1_000;

  static final long FEW_FAILURES = 10;
  static final int FAILED_PERCENT = 10;
  static final long LOST_MILLIS = 60_000;
  static final long DAY_MILLIS = 86_400_000;
  static final long CERTIFICATE_MILLIS = 30 * DAY_MILLIS;
  static final long CERTIFICATE_URGENT_MILLIS = 3 * DAY_MILLIS;

  /** The most severe first. */
  static final List<Function<Reading, Optional<Verdict>>> ALL =
      List.of(
          Rules::storeFailed,
          Rules::storeFull,
          Rules::clusterSplit,
          Rules::unlisted,
          reading -> certificates(reading, CERTIFICATE_URGENT_MILLIS),
          Rules::noWorker,
          Rules::labelsMissing,
          Rules::storeSlow,
          Rules::failures,
          Rules::slotsBusy,
          Rules::limit,
          Rules::paused,
          Rules::discoveryWrong,
          Rules::workerLost,
          reading -> certificates(reading, CERTIFICATE_MILLIS));

  private Rules() {}

  private static Optional<Verdict> storeFailed(Reading reading) {
    Throwable failure = reading.snapshot().store().failure();
    return verdict(
        failure != null,
        () ->
            new Verdict(
                Code.STORE_FAILED,
                "Stopped: the store failed, no work is taken",
                String.valueOf(failure.getMessage()),
                "look after the disk, then start the dispatcher again"));
  }

  private static Optional<Verdict> storeFull(Reading reading) {
    String full = reading.snapshot().store().full();
    return verdict(
        full != null,
        () ->
            new Verdict(
                Code.STORE_FULL,
                "Full: nothing new is taken, the store has no room",
                full,
                "make room on the disk, lower store.retention.*, or make the disk larger"));
  }

  private static Optional<Verdict> clusterSplit(Reading reading) {
    List<String> apart = reading.node().apart();
    return verdict(
        !apart.isEmpty(),
        () ->
            new Verdict(
                Code.CLUSTER_SPLIT,
                "Split: " + count(apart.size(), "member") + " in another part of the cluster",
                "nodes lost each other for some seconds; the others are at "
                    + String.join(", ", apart),
                "wait some seconds for the merge; if it stays, see that all nodes reach all"
                    + " others at cluster.host and both ports"));
  }

  private static Optional<Verdict> unlisted(Reading reading) {
    String service = reading.node().unlisted();
    return verdict(
        service != null,
        () ->
            new Verdict(
                Code.DISCOVERY_WRONG,
                "Hidden: '" + service + "' does not list this node, no request is sent to it",
                "others look for it there and can't find it",
                "wait some seconds after a start; if it stays, correct cluster.serviceDns, or what"
                    + " selects the service's nodes"));
  }

  private static Optional<Verdict> certificates(Reading reading, long millis) {
    NodeState.Safety safety = reading.node().safety();
    Optional<Verdict> own =
        certificate(
            reading.millis(),
            safety.certificateEnd(),
            millis,
            "this node's certificate",
            "no connection to this node can be made",
            "put a new certificate in place (cluster.tls.cert, or a restart if nodes have a key),"
                + " and restart the nodes one by one");
    return own.or(
        () ->
            certificate(
                reading.millis(),
                safety.httpCertificateEnd(),
                millis,
                "HTTP's certificate",
                "browsers and clients refuse to connect",
                "put a new certificate in place (http.tls.cert and http.tls.key), and restart the"
                    + " dispatcher"));
  }

  private static Optional<Verdict> certificate(
      long now, Instant end, long millis, String which, String effect, String remedy) {
    long left = end == null ? Long.MAX_VALUE : end.toEpochMilli() - now;
    return verdict(
        left < millis,
        () ->
            new Verdict(
                Code.CERTIFICATE_ENDS,
                left < 0
                    ? "Expired: " + which + " has ended"
                    : "Soon: " + which + " ends in " + Millis.about(left),
                "it ends at " + end + "; then " + effect,
                remedy));
  }

  private static Optional<Verdict> noWorker(Reading reading) {
    return worst(
        reading,
        type -> type.queued() > 0 && isOpen(type) && type.capacity().takers() == 0,
        (type, more) ->
            new Verdict(
                Code.NO_WORKER,
                stuck(type.queued(), type.type()) + "no worker offers '" + type.type() + "'" + more,
                type.workers() == 0
                    ? "no worker with a handler for it is linked"
                    : "all workers that have a handler for it are about to leave",
                "start a worker with a handler for '"
                    + type.type()
                    + "', or see that the type is spelled as the handler says"));
  }

  private static Optional<Verdict> labelsMissing(Reading reading) {
    return worst(
        reading,
        type -> type.unserved().tasks() > 0 && isOpen(type),
        (type, more) ->
            new Verdict(
                Code.NO_WORKER,
                stuck(type.unserved().tasks(), type.type())
                    + "no worker that offers it has the labels "
                    + type.unserved().labels()
                    + more,
                "the tasks require labels that no worker has",
                "start a worker with these worker.labels, or submit without require"));
  }

  private static Optional<Verdict> storeSlow(Reading reading) {
    long lag = reading.snapshot().store().lagMillis();
    return verdict(
        lag > SLOW_MILLIS,
        () ->
            new Verdict(
                Code.STORE_SLOW,
                "Slow: the store took " + Millis.about(lag) + " to make changes durable",
                "the disk is busy, slow or about to fail",
                "see what else writes to the disk of store.path, and look after the disk"));
  }

  private static Optional<Verdict> failures(Reading reading) {
    Comparator<TypeView> most =
        Comparator.comparingLong(type -> reading.figures(type).failedAttempts());
    Optional<TypeView> worst =
        reading.snapshot().types().stream().filter(type -> fails(reading.figures(type))).max(most);
    return worst.map(
        type -> {
          TypeFigures figures = reading.figures(type);
          long all = figures.failedAttempts() + figures.goodAttempts();
          return new Verdict(
              Code.FAILURES,
              "Failing: "
                  + number(figures.failedAttempts())
                  + " of "
                  + number(all)
                  + " attempts at '"
                  + type.type()
                  + "' failed in the last minute",
              "the handler throws, or takes longer than its timeout",
              "look at the error of a task that failed or is tried again; pause the type meanwhile"
                  + " if attempts do harm");
        });
  }

  private static boolean fails(TypeFigures figures) {
    long failed = figures.failedAttempts();
    return failed > FEW_FAILURES
        && failed * 100 > FAILED_PERCENT * (failed + figures.goodAttempts());
  }

  private static Optional<Verdict> slotsBusy(Reading reading) {
    return worst(
        reading,
        type ->
            grows(reading, type)
                && !isLimited(type)
                && type.capacity().takers() > 0
                && type.capacity().free() == 0,
        (type, more) ->
            new Verdict(
                Code.SLOTS_BUSY,
                behind(type) + ", every slot is busy" + more,
                "more tasks come than "
                    + count(type.capacity().slots(), "slot")
                    + " of "
                    + count(type.capacity().takers(), "worker")
                    + " can run, or the handlers hang",
                "start more workers, or raise worker.slots; if nothing moves, look at the handlers"
                    + " and their timeouts"));
  }

  private static Optional<Verdict> limit(Reading reading) {
    return worst(
        reading,
        type -> grows(reading, type) && isLimited(type),
        (type, more) ->
            new Verdict(
                Code.LIMIT,
                behind(type) + ", its limit of " + type.settings().limit() + " is reached" + more,
                "somebody set the limit; handlers that were told to stop and have not yet count,"
                    + " too",
                "raise the type's limit, or wait"));
  }

  private static Optional<Verdict> paused(Reading reading) {
    return worst(
        reading,
        type -> type.queued() > 0 && type.settings().paused(),
        (type, more) ->
            new Verdict(
                Code.PAUSED,
                "Paused: "
                    + waiting(type.queued(), type.type())
                    + ", the type is paused for "
                    + Millis.about(Math.max(0, reading.millis() - type.settings().since()))
                    + more,
                "somebody paused it",
                "let it go on when what it was paused for is over"));
  }

  private static Optional<Verdict> discoveryWrong(Reading reading) {
    List<String> refusing = reading.node().refusing();
    return verdict(
        !refusing.isEmpty(),
        () ->
            new Verdict(
                Code.DISCOVERY_WRONG,
                "Wrong peers: no admission at " + String.join(", ", refusing),
                "the key or certificate there is of another cluster",
                "correct cluster.peers, or give the nodes the same key and cluster.name"));
  }

  private static Optional<Verdict> workerLost(Reading reading) {
    Optional<Reading.LostWorker> last =
        reading.lost().stream()
            .findFirst()
            .filter(lost -> reading.millis() - lost.millis() < LOST_MILLIS);
    return last.map(
        lost ->
            new Verdict(
                Code.WORKER_LOST,
                "Lost: worker '"
                    + lost.name()
                    + "' is gone since "
                    + Millis.about(Math.max(0, reading.millis() - lost.millis()))
                    + ", its tasks go on",
                "its process has ended, hangs, or is cut off",
                "start it again, and look why it ended"));
  }

  static Verdict healthy(Reading reading) {
    long oldest =
        reading.snapshot().types().stream().mapToLong(TypeView::oldestMillis).max().orElse(0);
    double rate = reading.totals().last10s().ended();
    String tasks = number(Math.round(rate));
    String waits = oldest == 0 ? "nothing waits" : "oldest waits " + Millis.about(oldest);
    return new Verdict(Code.HEALTHY, "Healthy: " + tasks + " tasks/s, " + waits, "", "");
  }

  private static boolean isOpen(TypeView type) {
    return !type.settings().paused();
  }

  private static boolean isLimited(TypeView type) {
    int limit = type.settings().limit();
    return limit > 0 && type.running() + type.zombies() >= limit;
  }

  private static boolean grows(Reading reading, TypeView type) {
    return type.queued() > 0
        && isOpen(type)
        && type.oldestMillis() > PATIENCE_MILLIS
        && reading.figures(type).oldestGrewMillis() > GROWTH_MILLIS;
  }

  /** Says something of one type, and how many others it is true of. */
  private interface OfType {
    Verdict say(TypeView type, String more);
  }

  private static Optional<Verdict> worst(Reading reading, Predicate<TypeView> bad, OfType words) {
    Snapshot snapshot = reading.snapshot();
    Comparator<TypeView> longest = Comparator.comparingLong(TypeView::oldestMillis);
    Stream<TypeView> all = snapshot.types().stream().filter(bad);
    List<TypeView> found = all.sorted(longest.reversed()).toList();
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(words.say(found.get(0), more(found.size() - 1)));
  }

  private static String more(int others) {
    return others == 0 ? "" : " (and " + count(others, "other type") + ")";
  }

  private static Optional<Verdict> verdict(boolean bad, Supplier<Verdict> words) {
    return bad ? Optional.of(words.get()) : Optional.empty();
  }

  private static String stuck(long tasks, String type) {
    return "Stuck: " + waiting(tasks, type) + ", ";
  }

  private static String behind(TypeView type) {
    return "Behind: "
        + waiting(type.queued(), type.type())
        + ", the oldest "
        + Millis.about(type.oldestMillis());
  }

  private static String waiting(long tasks, String type) {
    return number(tasks) + " '" + type + (tasks == 1 ? "' task waits" : "' tasks wait");
  }

  private static String count(long many, String thing) {
    return number(many) + " " + thing + (many == 1 ? "" : "s");
  }

  private static String number(long many) {
    return String.format(Locale.ROOT, "%,d", many);
  }
}
