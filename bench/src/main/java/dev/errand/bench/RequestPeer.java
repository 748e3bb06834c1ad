package dev.errand.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;

/**
 * What Errand's bus does without Errand: two members of a secured cluster, one asks by the bus's
 * own {@code request}, the other replies. Same certificates, same TLS engine.
 */
final class RequestPeer {

  private static final String ADDRESS = "bench.work";
  private static final String ANSWERS = "answers";
  private static final String ASKS = "asks";

  private RequestPeer() {}

  static Stage start(Path parent) throws Exception {
    return Stage.filled(new SecuredStage(parent), RequestPeer::fill);
  }

  private static void fill(SecuredStage stage) throws Exception {
    Path first = stage.settings(ANSWERS, new JsonObject().put("cluster", stage.firstMember()));
    Path other = stage.settings(ASKS, new JsonObject().put("cluster", stage.otherMember()));
    stage.startAndAwait(ANSWERS, process(stage, first, ANSWERS), WorkLoop.READY);
    stage.startClient(process(stage, other, ASKS));
  }

  private static ProcessBuilder process(Stage stage, Path conf, String part) {
    List<String> options = List.of("-Djava.io.tmpdir=" + stage.folder().resolve("tmp"));
    return ChildJvm.builder(RequestPeer.class, Stage.HEAP, options, conf.toString(), part);
  }

  /** Takes the settings file, and which of the two it is. */
  public static void main(String[] args) throws Exception {
    Vertx vertx = Member.join(args[0], args[1]);
    if (args[1].equals(ANSWERS)) {
      Member.get(
          vertx
              .eventBus()
              .<String>consumer(ADDRESS, asked -> asked.reply(Payload.work(asked.body())))
              .completion());
      WorkLoop.serve();
    } else {
      Context context = vertx.getOrCreateContext();
      WorkLoop.answer(work -> Member.on(context, () -> run(vertx.eventBus(), work)));
    }
    Member.get(vertx.close());
    System.exit(0);
  }

  private static Future<Tally> run(EventBus bus, Work work) {
    return TaskStream.run(
        work,
        new TaskStream.Calls<Payload.Sample, Message<String>>(
            work.payload().samples(),
            sample -> bus.request(ADDRESS, sample.payload()),
            (sample, reply) -> reply.body().equals(sample.result())));
  }
}
