package dev.errand.bench;

import io.vertx.core.json.JsonObject;
import java.util.Arrays;

/**
 * Tasks that are submitted one a request, to a dispatcher with its store in memory and without
 * workers, beside the same requests to a server that does nothing with them. They take turns, each
 * with processes of its own.
 */
final class Posts {

  /** No worker takes the tasks: all that are submitted must have room. */
  private static final String HEAP = "3g";

  private static final int CONNECTIONS = 64;
  private static final double LEAST_PERCENT = 40;
  private static final String TASKS = "/api/v1/tasks";

  private final StoreCluster.Setup setup;
  private final Report report;
  private final Work work;

  Posts(StoreCluster.Setup setup, Report report, boolean brief) {
    this.setup = setup;
    this.report = report;
    this.work =
        Work.lasting(Payload.SQUARE, CONNECTIONS, brief ? 4_000 : 15_000, brief ? 3_000 : 10_000);
  }

  void run() throws Exception {
    double[] empty = new double[PartsBench.REPETITIONS];
    double[] tasks = new double[PartsBench.REPETITIONS];
    for (int turn = 0; turn < PartsBench.REPETITIONS; turn++) {
      empty[turn] = empty();
      tasks[turn] = tasks();
      report.progress(
          "posts, %d of %d: %,.0f requests/s to an empty route, %,.0f tasks/s",
          turn + 1, PartsBench.REPETITIONS, empty[turn], tasks[turn]);
    }
    double[] percent = new double[PartsBench.REPETITIONS];
    Arrays.setAll(percent, turn -> 100 * tasks[turn] / empty[turn]);
    report.print(Figure.of("requests to an empty route", "requests/s", empty));
    report.print(Figure.of("POST /tasks", "requests/s", tasks));
    report.print(Goal.atLeast(LEAST_PERCENT, Figure.of("POST /tasks / empty route", "%", percent)));
  }

  private double empty() throws Exception {
    int port = Stage.freePort();
    try (Stage stage = new Stage(setup.folder())) {
      stage.startProgram("empty route", ChildJvm.builder(EmptyRoute.class, HEAP, "" + port, TASKS));
      return measure(stage, port);
    }
  }

  private double tasks() throws Exception {
    try (StoreCluster cluster = new StoreCluster(setup)) {
      cluster.startDispatcher(HEAP, cluster.store("memory"), new JsonObject());
      cluster.awaitDispatcher();
      return measure(cluster, cluster.httpPort());
    }
  }

  private double measure(Stage stage, int port) throws Exception {
    stage.startClient(ChildJvm.builder(PostClient.class, Stage.HEAP, "" + port, TASKS));
    return stage.run(work).perSecond();
  }
}
