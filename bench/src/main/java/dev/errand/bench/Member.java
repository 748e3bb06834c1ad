package dev.errand.bench;

import dev.errand.config.cluster.SecureCluster;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.SettingsReader;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A process of the bench as a member of a secured cluster. */
final class Member {

  private static final long SECONDS = 60;

  private Member() {}

  /** Joins as the settings file says. */
  static Vertx join(String conf, String role) throws Exception {
    JsonObject json = new JsonObject(Files.readString(Path.of(conf)));
    SettingsReader in = new SettingsReader(json, Map.of());
    ClusterSettings settings = ClusterSettings.read(in, ClusterSettings.Defaults.OTHERS);
    in.finish();
    return get(SecureCluster.join(settings, role));
  }

  /** Runs a step on that context. */
  static <T> Future<T> on(Context context, Supplier<Future<T>> step) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(any -> step.get().onComplete(promise));
    return promise.future();
  }

  /** Waits for it, a minute at most. */
  static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
  }
}
