package dev.errand.bench;

import dev.errand.worker.WorkerVerticle;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * A member of the cluster with as many workers as its parent asks for, each a verticle of its own:
 * {@link WorkLoop}. Ends with its input.
 */
final class WorkerHost {

  private final Vertx vertx;
  private final String name;
  private List<String> deployed = List.of();

  private WorkerHost(Vertx vertx, String name) {
    this.vertx = vertx;
    this.name = name;
  }

  /** One as its parent sees it. For one thread. */
  static final class Handle {

    private static final Duration LONGEST = Duration.ofMinutes(3);

    private final Stage stage;
    private final LineProcess process;

    Handle(Stage stage, LineProcess process) {
      this.stage = stage;
      this.process = process;
    }

    /**
     * Has so many workers instead of those that were there, and waits for that. The dispatcher
     * hears of them a little later.
     *
     * @param slots of each, for handlers on event loops
     */
    void run(int workers, int slots) throws InterruptedException, TimeoutException {
      String line = new JsonObject().put("workers", workers).put("slots", slots).encode();
      stage.await(process.ask(line), LONGEST, () -> {});
    }
  }

  /** Takes the settings file, and a name. */
  public static void main(String[] args) throws Exception {
    Vertx vertx = Member.join(args[0], "worker");
    Context context = vertx.getOrCreateContext();
    WorkerHost host = new WorkerHost(vertx, args[1]);
    WorkLoop.answerLines(
        line -> Member.on(context, () -> host.run(new JsonObject(line)).map(line)));
    // Whatever runs is nobody's any more.
    Runtime.getRuntime().halt(0);
  }

  /** The next line is read when this one was answered, so nothing is asked at the same time. */
  private Future<Void> run(JsonObject asked) {
    List<Future<Void>> left = deployed.stream().map(vertx::undeploy).toList();
    return Future.all(left).compose(any -> deploy(asked));
  }

  private Future<Void> deploy(JsonObject asked) {
    JsonObject slots = new JsonObject().put("eventLoop", asked.getInteger("slots"));
    List<Future<String>> all =
        IntStream.range(0, asked.getInteger("workers"))
            .mapToObj(i -> vertx.deployVerticle(new WorkerVerticle(), options(i, slots)))
            .toList();
    return Future.all(all)
        .onSuccess(any -> deployed = all.stream().map(Future::result).toList())
        .mapEmpty();
  }

  private DeploymentOptions options(int number, JsonObject slots) {
    JsonObject worker =
        new JsonObject().put("name", name + "-" + number).put("slots", slots).put("drain", "5s");
    return new DeploymentOptions().setConfig(new JsonObject().put("worker", worker));
  }
}
