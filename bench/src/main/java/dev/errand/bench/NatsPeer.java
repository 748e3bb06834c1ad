package dev.errand.bench;

import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/**
 * NATS, without TLS: its own request and reply, or JetStream. There the submitter publishes to a
 * work queue, with an acknowledgement of each; the worker pulls, publishes the result and
 * acknowledges the task.
 */
final class NatsPeer {

  static final Debian NEEDS =
      new Debian("nats-server", List.of(List.of("nats-server", "--version")));

  private static final String WORKS = "works";
  private static final String SUBMITS = "submits";
  private static final String REQUESTS = "bench.work";
  private static final String STREAM = "bench";
  private static final String TASKS = "bench.tasks.";
  private static final String RESULTS = "bench.results.";

  /** More than are ever in flight, and a power of two. */
  private static final int PLACES = 1 << 15;

  private final Connection nats;

  /** Tasks in flight through JetStream, by a number that is in the subject. */
  private final AtomicReferenceArray<Promise<byte[]>> places = new AtomicReferenceArray<>(PLACES);

  private int place;

  private NatsPeer(Connection nats) {
    this.nats = nats;
  }

  /** How tasks are sent. */
  enum Mode {
    CORE,
    FILE,
    MEMORY
  }

  static Stage start(Path parent, Mode mode) throws Exception {
    return Stage.filled(new Stage(parent), stage -> fill(stage, mode));
  }

  private static void fill(Stage stage, Mode mode) throws Exception {
    String port = "" + Stage.freePort();
    String folder = stage.folder().resolve("jetstream").toString();
    ProcessBuilder server =
        Script.server(stage, "nats-server", "-a", "127.0.0.1", "-p", port, "-js", "-sd", folder);
    stage.startAndAwait("nats-server", server, "Server is ready");
    String url = "nats://127.0.0.1:" + port;
    stage.startClient(ChildJvm.builder(NatsPeer.class, Stage.HEAP, url, mode.name(), SUBMITS));
    stage.startAndAwait(
        WORKS,
        ChildJvm.builder(NatsPeer.class, Stage.HEAP, url, mode.name(), WORKS),
        WorkLoop.READY);
  }

  /** Takes the server's address, how tasks are sent, and which of the two this is. */
  public static void main(String[] args) throws Exception {
    Mode mode = Mode.valueOf(args[1]);
    NatsPeer peer = new NatsPeer(Nats.connect(args[0]));
    if (args[2].equals(WORKS)) {
      peer.work(mode);
      peer.nats.flush(Duration.ofSeconds(10));
      WorkLoop.serve();
    } else if (mode == Mode.CORE) {
      WorkLoop.answer(peer::request);
    } else {
      peer.makeStream(mode == Mode.FILE ? StorageType.File : StorageType.Memory);
      JetStream stream = peer.nats.jetStream();
      WorkLoop.answer(work -> peer.publish(stream, work));
    }
    System.exit(0);
  }

  private void makeStream(StorageType storage) throws Exception {
    StreamConfiguration tasks =
        StreamConfiguration.builder()
            .name(STREAM)
            .subjects(TASKS + "*")
            .retentionPolicy(RetentionPolicy.WorkQueue)
            .storageType(storage)
            .build();
    nats.jetStreamManagement().addStream(tasks);
    nats.createDispatcher(this::ended).subscribe(RESULTS + "*");
    nats.flush(Duration.ofSeconds(10));
  }

  private void work(Mode mode) throws IOException, JetStreamApiException {
    if (mode == Mode.CORE) {
      nats.createDispatcher(asked -> nats.publish(asked.getReplyTo(), answer(asked)))
          .subscribe(REQUESTS);
      return;
    }
    nats.getStreamContext(STREAM)
        .createOrUpdateConsumer(ConsumerConfiguration.builder().durable(WORKS).build())
        .consume(
            task -> {
              nats.publish(RESULTS + task.getSubject().substring(TASKS.length()), answer(task));
              task.ack();
            });
  }

  private static byte[] answer(Message asked) {
    return bytes(Payload.work(text(asked.getData())));
  }

  private Future<Tally> request(Work work) {
    return run(
        work,
        sample -> {
          Promise<byte[]> ended = Promise.promise();
          nats.request(REQUESTS, bytes(sample.payload()))
              .whenComplete((reply, why) -> end(ended, why == null ? reply.getData() : null, why));
          return ended.future();
        });
  }

  private Future<Tally> publish(JetStream stream, Work work) {
    return run(
        work,
        sample -> {
          Promise<byte[]> ended = Promise.promise();
          int at = place++ & PLACES - 1;
          places.set(at, ended);
          stream
              .publishAsync(TASKS + at, bytes(sample.payload()))
              .whenComplete(
                  (acknowledged, why) -> {
                    if (why != null) {
                      ended.tryFail(why);
                    }
                  });
          return ended.future();
        });
  }

  private void ended(Message result) {
    int at = Integer.parseInt(result.getSubject().substring(RESULTS.length()));
    Promise<byte[]> ended = places.getAndSet(at, null);
    if (ended != null) {
      ended.tryComplete(result.getData());
    }
  }

  private static void end(Promise<byte[]> ended, byte[] result, Throwable why) {
    if (why == null) {
      ended.complete(result);
    } else {
      ended.fail(why);
    }
  }

  private static Future<Tally> run(Work work, Function<Payload.Sample, Future<byte[]>> call) {
    return TaskStream.run(
        work,
        new TaskStream.Calls<>(
            work.payload().samples(),
            call,
            (sample, result) -> text(result).equals(sample.result())));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
