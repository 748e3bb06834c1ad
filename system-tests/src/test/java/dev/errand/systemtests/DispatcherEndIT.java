package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dispatcher that is told to end does so in time, whatever it would have to wait for. */
class DispatcherEndIT {

  /** A minute is what Kubernetes gives it. */
  private static final int PATIENCE_SECONDS = 45;

  @TempDir Path folder;

  @Test
  void othersThatAreSilentDoNotHoldUpTheEnd() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      NodeProcess dispatcher = cluster.dispatcher();
      List<NodeProcess> workers = List.of(cluster.worker("one"), cluster.worker("other"));
      for (NodeProcess worker : workers) {
        ProcessCluster.signal(worker, "STOP");
      }
      // After end() its output would not be read any more.
      ProcessCluster.signal(dispatcher, "TERM");
      assertThat(dispatcher.awaitEnd(PATIENCE_SECONDS)).isZero();
      assertThat(dispatcher.log())
          .anyMatch(line -> line.contains("closing the bus takes more than 5000 ms"));
    }
  }
}
