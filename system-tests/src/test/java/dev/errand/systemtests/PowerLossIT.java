package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.systemtests.KillRounds.Victims;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The dispatcher's host loses power again and again: the store is on a folder that forgets what was
 * not forced, in every other round strictly all of it, else some. {@code -Dpower.rounds=100} for
 * more, {@code -Dkill.seed} for the same once more. Needs root and python3-fusepy.
 */
@Tag("debian")
class PowerLossIT {

  private static final int ROUNDS = Integer.getInteger("power.rounds", 4);

  private final long seed = Long.getLong("kill.seed", new Random().nextInt(1_000_000));

  @TempDir Path folder;

  @Test
  void nothingThatWasAcknowledgedIsLostWithThePower() throws Exception {
    try (ForgetfulFolder disk = new ForgetfulFolder(folder);
        ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf =
          cluster
              .dispatcherConf()
              .put("store", cluster.diskStore(folder.relativize(disk.path()) + "/data"));
      Verdict verdict =
          new KillRounds(
                  cluster,
                  conf,
                  Victims.DISPATCHER,
                  chance -> disk.losePower(chance % 2 == 0 ? 0 : chance),
                  seed)
              .run(ROUNDS);
      assertThat(verdict.fine()).as("seed %d: %s", seed, verdict).isTrue();
    }
  }
}
