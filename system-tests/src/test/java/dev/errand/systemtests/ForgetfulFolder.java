package dev.errand.systemtests;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A mounted folder that forgets what was not forced when its power fails: {@code forgetful.py} says
 * how strictly. Needs root and python3-fusepy.
 */
final class ForgetfulFolder implements AutoCloseable {

  private static final Path LAYER =
      ProcessCluster.root().resolve("system-tests/src/test/python/forgetful.py");

  private final Path mount;
  private final Process layer;

  /** Mounts it below that folder. */
  ForgetfulFolder(Path folder) throws IOException {
    mount = Files.createDirectory(folder.resolve("forgetful"));
    Path log = folder.resolve("forgetful.log");
    Path backing = Files.createDirectory(folder.resolve("forgetful-backing"));
    layer =
        new ProcessBuilder(
                "/usr/bin/python3", LAYER.toString(), mount.toString(), backing.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await()
        .atMost(Duration.ofSeconds(20))
        .failFast("python3-fusepy is missing, or see " + log, () -> !layer.isAlive())
        .until(() -> Files.exists(power()));
  }

  private Path power() {
    return mount.resolve(".power");
  }

  Path path() {
    return mount;
  }

  /** The power fails; all that was not forced is gone. No file may be open. */
  void losePower() throws IOException {
    losePower(0);
  }

  /** The power fails; of what was not forced, that seed decides how much is left. */
  void losePower(long seed) throws IOException {
    Files.writeString(power(), Long.toString(seed));
  }

  /** From now on that fails with an I/O error: "write", "fsync", "read"; nothing does: "". */
  void fail(String what) throws IOException {
    Files.writeString(mount.resolve(".fault"), what + "\n");
  }

  @Override
  public void close() throws IOException {
    layer.outputWriter().close();
    try {
      layer.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    } finally {
      layer.destroyForcibly();
    }
  }
}
