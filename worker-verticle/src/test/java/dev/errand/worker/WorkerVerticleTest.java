package dev.errand.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.launch.NodeFailure;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

class WorkerVerticleTest {

  @Test
  void aWorkerIsOneEventLoopVerticle() {
    Vertx vertx = Vertx.vertx();
    try {
      for (DeploymentOptions options :
          new DeploymentOptions[] {
            new DeploymentOptions().setInstances(2),
            new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER)
          }) {
        Future<String> deployed = vertx.deployVerticle(WorkerVerticle.class, options);
        Rig.await(deployed::isComplete);
        assertThat(deployed.cause())
            .isInstanceOf(NodeFailure.class)
            .hasMessage("a worker is one event-loop verticle: drop -instances and -worker");
      }
    } finally {
      Rig.await(vertx.close()::isComplete);
    }
  }
}
