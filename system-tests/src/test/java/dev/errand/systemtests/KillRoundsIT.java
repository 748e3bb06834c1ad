package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.systemtests.KillRounds.Victims;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes are killed at random moments under load, and no acknowledged task is lost, none has two
 * ends, and none comes from nowhere. {@code -Dkill.rounds=200} for more, {@code -Dkill.seed} for
 * the same once more.
 */
class KillRoundsIT {

  private static final int ROUNDS = Integer.getInteger("kill.rounds", 8);

  private final long seed = Long.getLong("kill.seed", new Random().nextInt(1_000_000));

  @TempDir Path folder;

  @Test
  void workersThatAreKilledUnderLoadCostNoTask() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf = cluster.dispatcherConf().put("store", cluster.diskStore("data"));
      Verdict verdict =
          new KillRounds(cluster, conf, Victims.WORKER, lost -> {}, seed)
              .run(Math.max(1, ROUNDS / 8));
      assertThat(verdict.fine()).as("seed %d: %s", seed, verdict).isTrue();
    }
  }

  @Test
  void aDispatcherThatIsKilledUnderLoadLosesNothing() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf = cluster.dispatcherConf().put("store", cluster.diskStore("data"));
      Verdict verdict =
          new KillRounds(cluster, conf, Victims.DISPATCHER, lost -> {}, seed).run(ROUNDS);
      assertThat(verdict.fine()).as("seed %d: %s", seed, verdict).isTrue();
    }
  }

  @Test
  void theCheckerSeesWhatAStoreInMemoryLosesWithItsDispatcher() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf =
          cluster.dispatcherConf().put("store", new JsonObject().put("kind", "memory"));
      Verdict verdict = new KillRounds(cluster, conf, Victims.DISPATCHER, lost -> {}, seed).run(1);
      assertThat(verdict.lost()).as("seed %d: %s", seed, verdict).isNotEmpty();
      assertThat(verdict.books()).as("seed %d: %s", seed, verdict).isNotEmpty();
    }
  }
}
