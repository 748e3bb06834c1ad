package dev.errand.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.client.TaskClient;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandlersClientTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);

  private final Vertx vertx = Vertx.vertx();
  private final Context owner = vertx.getOrCreateContext();
  private final AtomicInteger made = new AtomicInteger();
  private volatile boolean fails;
  private final HandlersClient client = new HandlersClient(owner, this::make);

  private Future<TaskClient> make() {
    made.incrementAndGet();
    return fails ? Future.failedFuture("no bus") : TaskClient.create(vertx, "a-cluster", "a-node");
  }

  @AfterEach
  void close() {
    get(vertx::close);
  }

  private <T> T get(Supplier<Future<T>> step) {
    Promise<T> promise = Promise.promise();
    owner.runOnContext(any -> step.get().onComplete(promise));
    Rig.await(promise.future()::isComplete);
    return promise.future().result();
  }

  private String failure(Future<Task> submission) {
    return get(() -> submission.transform(done -> Future.succeededFuture(done.cause())))
        .getMessage();
  }

  @Test
  void withoutASubmissionThereIsNone() {
    get(client::close);
    assertThat(made).hasValue(0);
    assertThat(failure(client.submit(ANY))).isEqualTo("the worker has stopped");
    assertThat(made).hasValue(0);
  }

  @Test
  void theFirstSubmissionMakesIt() {
    // There is no dispatcher: they wait for one.
    Future<Task> first = client.submit(ANY);
    Future<Task> second = client.submit(ANY);
    get(Future::succeededFuture);
    assertThat(made).hasValue(1);
    get(client::close);
    assertThat(failure(first)).isEqualTo("the client was closed");
    assertThat(failure(second)).isEqualTo("the client was closed");
  }

  @Test
  void whatCouldNotBeMadeIsMadeAtTheNextOne() {
    fails = true;
    assertThat(failure(client.submit(ANY))).isEqualTo("no bus");
    fails = false;
    Future<Task> next = client.submit(ANY);
    get(Future::succeededFuture);
    assertThat(made).hasValue(2);
    get(client::close);
    assertThat(failure(next)).isEqualTo("the client was closed");
  }
}
