package dev.errand.systemtests;

import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * {@code note}: writes down that it runs, in a file, before it does anything else, so that no kill
 * makes that undone; its first attempt fails if it is told so. The result is the payload.
 */
public final class NotingHandler implements TaskHandler {

  static final String TYPE = "note";

  /** A task that notes that name in that file. */
  static JsonObject payload(Path file, String name, int millis, boolean failsFirst) {
    return new JsonObject()
        .put("file", file.toString())
        .put("name", name)
        .put("millis", millis)
        .put("failsFirst", failsFirst);
  }

  /** The names that were noted, once for each attempt that began. */
  static List<String> noted(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Future<?> handle(TaskContext task) {
    JsonObject payload = task.payload(JsonObject.class);
    note(Path.of(payload.getString("file")), payload.getString("name"));
    if (payload.getBoolean("failsFirst") && task.attempt() == 1) {
      return Future.failedFuture("the first attempt fails");
    }
    Promise<Object> noted = Promise.promise();
    Vertx.currentContext()
        .owner()
        .setTimer(payload.getInteger("millis"), any -> noted.complete(task.json()));
    return noted.future();
  }

  private static void note(Path file, String name) {
    try {
      Files.writeString(file, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
