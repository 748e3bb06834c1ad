package dev.errand.bench;

import dev.errand.config.cluster.Membership;
import dev.errand.config.cluster.SecureCluster;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.SettingsReader;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.client.TaskClient;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A client in a process of its own. It says {@value #READY} when it has joined; then each line of
 * its input is {@link Work}, and a {@link Tally} on a line answers it. Ends with its input.
 */
final class StoreClient {

  static final String READY = "ready";

  /** Of JSON, 20 bytes. */
  private static final Bytes PAYLOAD = Bytes.of("12345678901234567890");

  private static final TaskRequest WATCHED = TaskRequest.ofJson("echo", PAYLOAD);
  private static final TaskRequest WAITING = TaskRequest.ofJson("bench.nobody", PAYLOAD);

  private static final long SECONDS = 60;

  private final TaskClient client;

  private StoreClient(TaskClient client) {
    this.client = client;
  }

  /** Takes the settings file. */
  public static void main(String[] args) throws Exception {
    JsonObject conf = new JsonObject(Files.readString(Path.of(args[0])));
    SettingsReader in = new SettingsReader(conf, Map.of());
    ClusterSettings settings = ClusterSettings.read(in, ClusterSettings.Defaults.OTHERS);
    in.finish();
    Vertx vertx = get(SecureCluster.join(settings, "client"));
    Context context = vertx.getOrCreateContext();
    StoreClient client = new StoreClient(get(on(context, () -> create(vertx))));
    System.out.println(READY);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Work work = Work.parse(line);
      on(context, () -> TaskStream.run(work, client.call(work)))
          .onSuccess(tally -> System.out.println(tally.text()))
          .onFailure(why -> System.out.println(Tally.failure(why)));
    }
    // Whatever is in flight is nobody's any more.
    get(vertx.close());
    System.exit(0);
  }

  private static Future<TaskClient> create(Vertx vertx) {
    Membership membership = Membership.of(vertx);
    return TaskClient.create(vertx, membership.cluster(), membership.local().nodeId());
  }

  private Supplier<Future<Task>> call(Work work) {
    return work.watched() ? () -> client.run(WATCHED) : () -> client.submit(WAITING);
  }

  private static <T> Future<T> on(Context context, Supplier<Future<T>> step) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(any -> step.get().onComplete(promise));
    return promise.future();
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
  }
}
