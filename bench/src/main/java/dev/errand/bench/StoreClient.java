package dev.errand.bench;

import dev.errand.config.cluster.Membership;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.client.TaskClient;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/** A client of Errand in a process of its own: {@link WorkLoop}. Ends with its input. */
final class StoreClient {

  private StoreClient() {}

  /** A task that is submitted again and again. */
  private record Prepared(TaskRequest request, Bytes result) {

    static Prepared of(String type, Payload.Sample sample) {
      Bytes payload = Bytes.of(sample.payload());
      return new Prepared(TaskRequest.ofJson(type, payload), Bytes.of(sample.result()));
    }
  }

  /** Takes the settings file. */
  public static void main(String[] args) throws Exception {
    Vertx vertx = Member.join(args[0], "client");
    Context context = vertx.getOrCreateContext();
    TaskClient client = Member.get(Member.on(context, () -> create(vertx)));
    WorkLoop.answer(work -> Member.on(context, () -> run(client, work)));
    // Whatever is in flight is nobody's any more.
    Member.get(vertx.close());
    System.exit(0);
  }

  private static Future<TaskClient> create(Vertx vertx) {
    Membership membership = Membership.of(vertx);
    return TaskClient.create(vertx, membership.cluster(), membership.local().nodeId());
  }

  private static Future<Tally> run(TaskClient client, Work work) {
    String type = work.payload().type();
    List<Prepared> tasks =
        work.payload().samples().stream().map(sample -> Prepared.of(type, sample)).toList();
    return TaskStream.run(
        work,
        work.payload().isAwaited()
            ? new TaskStream.Calls<>(
                tasks,
                task -> client.run(task.request()),
                (task, ended) -> task.result().equals(ended.result()))
            : new TaskStream.Calls<>(
                tasks, task -> client.submit(task.request()), (task, accepted) -> true));
  }
}
