package dev.errand.systemtests;

import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import dev.errand.worker.api.TaskHandler;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Kills nodes at random moments under the load of a recording client, starts them again, reads the
 * books each time, and lets the checker look at all of it in the end. A seed decides about whom,
 * when, and what is submitted.
 */
final class KillRounds {

  private static final int AT_ONCE = 24;
  private static final int MOMENT_MILLIS = 800;
  private static final int START_MILLIS = 2_500;
  private static final Duration HEALED = Duration.ofSeconds(60);

  /** Who is killed. */
  enum Victims {
    /** In each round one of two workers. */
    WORKER,
    /** In each round the dispatcher, and in every other one of two workers, too. */
    DISPATCHER
  }

  /** What befalls the store of a dispatcher that was killed. */
  interface Aftermath {
    void of(long seed) throws Exception;
  }

  private final ProcessCluster cluster;
  private final JsonObject conf;
  private final Victims victims;
  private final Aftermath aftermath;
  private final long seed;
  private final Random random;
  private final Recording recording = new Recording();
  private Path workerJar;
  private NodeProcess dispatcher;
  private NodeProcess worker;
  private final Audit audit;
  private RecordingClient client;

  KillRounds(
      ProcessCluster cluster, JsonObject conf, Victims victims, Aftermath aftermath, long seed) {
    this.cluster = cluster;
    this.conf = conf;
    this.victims = victims;
    this.aftermath = aftermath;
    this.seed = seed;
    this.random = new Random(seed);
    this.audit = new Audit(recording, () -> Books.of(cluster.stats()));
  }

  /** So many rounds; then what there is has a minute to end. */
  Verdict run(int rounds) throws Exception {
    try {
      go(rounds);
    } catch (Exception | AssertionError e) {
      if (client != null) {
        client.stop();
      }
      cluster.tellLogs();
      audit.verdict(seed);
      throw e;
    }
    return audit.verdict(seed);
  }

  private void go(int rounds) throws Exception {
    Path notes = cluster.file("notes");
    start(notes);
    List<Long> millis = new ArrayList<>();
    for (int number = 0; number < rounds; number++) {
      long begin = System.nanoTime();
      round(victims == Victims.WORKER || number % 2 == 1);
      millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    }
    System.out.println("rounds, ms: " + millis);
    awaitWork();
    audit.finish(client, notes);
  }

  private void start(Path notes) throws Exception {
    workerJar =
        HandlerJar.of(cluster.file("noting-worker.jar"), NotingHandler.class, TaskHandler.class);
    dispatcher = cluster.dispatcher(conf);
    NodeProcess staying = startWorker("staying");
    worker = startWorker("victim");
    staying.awaitStart(HEALED.toSeconds());
    worker.awaitStart(HEALED.toSeconds());
    client = new RecordingClient(cluster.client(), recording, new Orders(seed, notes), AT_ONCE);
  }

  private void round(boolean workerToo) throws Exception {
    int since = recording.size();
    awaitWork();
    pause(random.nextInt(MOMENT_MILLIS));
    kill(workerToo);
    startAgain(workerToo);
    audit.readBooks();
    client.look(recording.acknowledged(since));
  }

  private NodeProcess startWorker(String name) throws Exception {
    return cluster.startWorker(name, workerJar);
  }

  /** It goes on: tasks end that were not ended before. */
  private void awaitWork() {
    int before = recording.ends();
    await().atMost(HEALED).until(() -> recording.ends() > before + AT_ONCE);
  }

  /** Until a moment that is nobody's choice. */
  private static void pause(int millis) {
    CompletableFuture.runAsync(
            () -> {}, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS))
        .join();
  }

  private void kill(boolean workerToo) throws Exception {
    boolean workerFirst = workerToo && random.nextBoolean();
    if (workerFirst) {
      worker.kill();
      pause(random.nextInt(50));
    }
    if (victims == Victims.DISPATCHER) {
      killDispatcher();
    }
    if (workerToo) {
      worker.kill();
      worker.awaitEnd(10);
    }
  }

  private void killDispatcher() throws Exception {
    dispatcher.kill();
    dispatcher.awaitEnd(10);
    aftermath.of(random.nextLong());
  }

  private void startAgain(boolean workerToo) throws Exception {
    if (workerToo) {
      worker = startWorker("victim");
    }
    if (victims == Victims.DISPATCHER) {
      if (random.nextInt(8) == 0) {
        // It dies once more before it is there, or just when it is.
        dispatcher = cluster.startDispatcher(conf);
        pause(random.nextInt(START_MILLIS));
        killDispatcher();
      }
      dispatcher = cluster.dispatcher(conf);
    }
    if (workerToo) {
      worker.awaitStart(HEALED.toSeconds());
    }
  }
}
