package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.protocol.client.TaskClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs short tasks, some at a time, until it is closed; then none of them may have failed. */
final class Load implements AutoCloseable {

  private final TaskClient client;
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<String> failures = new ArrayList<>();
  private int done;
  private int running;

  Load(TaskClient client, int atOnce) {
    this.client = client;
    running = atOnce;
    for (int i = 0; i < atOnce; i++) {
      next();
    }
  }

  private void next() {
    client
        .call("sleep", "5ms", String.class)
        .onComplete((result, failure) -> ended(failure == null ? result : failure.toString()));
  }

  private void ended(String what) {
    synchronized (this) {
      if (!what.equals("5ms")) {
        failures.add(what);
      }
      done++;
      if (over.get()) {
        running--;
        return;
      }
    }
    next();
  }

  /** Tasks that have ended so far. */
  synchronized int done() {
    return done;
  }

  private synchronized int running() {
    return running;
  }

  @Override
  public void close() {
    over.set(true);
    await().atMost(Duration.ofSeconds(30)).until(() -> running() == 0);
    assertThat(failures).isEmpty();
  }
}
