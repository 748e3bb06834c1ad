package dev.errand.systemtests;

import dev.errand.protocol.Task;
import dev.errand.protocol.client.SubmissionException;
import dev.errand.protocol.client.TaskClient;
import dev.errand.protocol.client.TaskLostException;
import dev.errand.systemtests.Order.Then;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Submits orders, some at a time, and writes down what comes of each, until it is told to stop. It
 * uses a client as anybody would: what nobody answered is submitted again if that is the same task.
 */
final class RecordingClient {

  private static final Duration PATIENCE = Duration.ofHours(12);
  private static final int LOOKS_AT_ONCE = 100;
  private static final int LOOKS = 3;

  private final TaskClient client;
  private final Recording recording;
  private final Orders orders;

  /** Counts those that are open. */
  private final CountDownLatch idle;

  private volatile boolean over;

  /** Begins at once, with so many orders at a time. */
  RecordingClient(TaskClient client, Recording recording, Orders orders, int atOnce) {
    this.client = client;
    this.recording = recording;
    this.orders = orders;
    idle = new CountDownLatch(atOnce);
    for (int i = 0; i < atOnce; i++) {
      next();
    }
  }

  private void next() {
    if (over) {
      idle.countDown();
    } else {
      submit(orders.next());
    }
  }

  private void submit(Order order) {
    int number = recording.submitted(order);
    client
        .submit(order.request())
        .onSuccess(task -> acknowledged(number, order, task.id()))
        .onFailure(failure -> notAcknowledged(number, order, failure));
  }

  private void notAcknowledged(int number, Order order, Throwable failure) {
    if (failure instanceof SubmissionException refusal && refusal.retryAfter() != null) {
      recording.add(new Event.Refused(number, failure.getMessage()));
      idle.countDown();
      return;
    }
    recording.add(new Event.Unanswered(number, failure.getMessage()));
    if (order.repeatable() && !over) {
      submit(order);
    } else {
      next();
    }
  }

  private void acknowledged(int number, Order order, String id) {
    recording.add(new Event.Acknowledged(number, id));
    if (order.then() == Then.CANCEL) {
      // Whether that was in time, or was heard at all, its end will tell.
      client.cancel(id).onSuccess(task -> recording.add(new Event.Ended(id, task)));
    }
    awaitEnd(id).onComplete(any -> afterEnd(order, id, any.result()));
  }

  private Future<Task> awaitEnd(String id) {
    return client
        .await(id, PATIENCE)
        .onSuccess(task -> recording.add(new Event.Ended(id, task)))
        .onFailure(
            failure -> {
              if (failure instanceof TaskLostException) {
                recording.add(new Event.Gone(id));
              }
            });
  }

  private void afterEnd(Order order, String id, Task ended) {
    if (ended == null || order.then() != Then.RETRY) {
      next();
      return;
    }
    recording.add(new Event.Retrying(id));
    client
        .retry(id)
        .onSuccess(task -> recording.add(new Event.Retried(id)))
        .onComplete(any -> awaitEnd(id).onComplete(end -> next()));
  }

  /** Submits nothing more. */
  void stop() {
    over = true;
  }

  /**
   * Submits nothing more, and waits until all that is open has ended.
   *
   * @return whether it has, in that time
   */
  boolean drain(Duration atMost) throws InterruptedException {
    stop();
    return idle.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Writes down what the dispatcher says of each of these tasks now. */
  void look(List<String> ids) throws Exception {
    for (int from = 0; from < ids.size(); from += LOOKS_AT_ONCE) {
      List<Future<Task>> looks = new ArrayList<>();
      for (String id : ids.subList(from, Math.min(ids.size(), from + LOOKS_AT_ONCE))) {
        looks.add(find(id, LOOKS));
      }
      ProcessCluster.get(Future.all(looks));
    }
  }

  private Future<Task> find(String id, int looks) {
    int since = recording.size();
    return client
        .get(id)
        .onSuccess(task -> recording.add(new Event.Found(since, id, task)))
        .recover(failure -> looks > 1 ? find(id, looks - 1) : Future.<Task>failedFuture(failure));
  }
}
