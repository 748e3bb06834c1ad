package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.client.TaskClient;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs {@code echo} so many times a second until it is closed; then none may have failed. */
final class PacedLoad implements AutoCloseable {

  private static final int BEATS_A_SECOND = 50;

  /** What is slower than the pace must not pile up without end. */
  private static final int MOST_OPEN = 50_000;

  private final TaskClient client;
  private final int ofBeat;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  PacedLoad(TaskClient client, int perSecond) {
    this.client = client;
    ofBeat = perSecond / BEATS_A_SECOND;
    clock.scheduleAtFixedRate(
        this::beat, 0, TimeUnit.SECONDS.toMillis(1) / BEATS_A_SECOND, TimeUnit.MILLISECONDS);
  }

  private void beat() {
    for (int i = 0; i < ofBeat && open.get() < MOST_OPEN; i++) {
      open.incrementAndGet();
      client
          .run(TaskRequest.of("echo", i))
          .onComplete(
              task -> {
                done.incrementAndGet();
                open.decrementAndGet();
              },
              failure -> {
                failures.add(failure.toString());
                open.decrementAndGet();
              });
    }
  }

  /** Tasks that have ended so far. */
  int done() {
    return done.get();
  }

  @Override
  public void close() {
    clock.shutdown();
    await().atMost(Duration.ofSeconds(60)).until(() -> clock.isTerminated() && open.get() == 0);
    assertThat(failures).isEmpty();
  }
}
