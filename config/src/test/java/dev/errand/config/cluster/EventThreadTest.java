package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventThreadTest {

  private static final long NO_TIME = 0;
  private static final long LONG = TimeUnit.HOURS.toNanos(1);

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private final List<Integer> handled = new CopyOnWriteArrayList<>();
  private EventThread events;

  @AfterEach
  void close() {
    events.close();
  }

  private void open(long mostNanos) {
    events = new EventThread(mostNanos);
  }

  private void wedge() {
    events.handle(
        () -> {
          begun.countDown();
          try {
            mayEnd.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  @Test
  void eventsAreHandledInTheirOrder() {
    open(LONG);
    List<Integer> numbers = IntStream.range(0, 1_000).boxed().toList();
    numbers.forEach(number -> events.handle(() -> handled.add(number)));
    await().until(() -> handled.size() == numbers.size());
    assertThat(handled).isEqualTo(numbers);
  }

  @Test
  void whoReportsAnEventIsNotHeldUpByAnother() throws InterruptedException {
    open(LONG);
    wedge();
    begun.await();
    for (int i = 0; i < 100; i++) {
      events.handle(() -> handled.add(0));
    }
    assertThat(handled).as("they wait, this thread does not").isEmpty();
    mayEnd.countDown();
    await().until(() -> handled.size() == 100);
  }

  @Test
  void anotherNodesEventsAreNotHeldUp() throws InterruptedException {
    open(LONG);
    wedge();
    begun.await();
    try (EventThread others = new EventThread(LONG)) {
      others.handle(() -> handled.add(1));
      await().until(() -> handled.equals(List.of(1)));
    }
  }

  @Test
  void anEventThatDoesNotEndIsNoticed() throws InterruptedException {
    open(NO_TIME);
    assertThat(events.isStuck()).isFalse();
    wedge();
    begun.await();
    await().until(events::isStuck);
    mayEnd.countDown();
    await().until(() -> !events.isStuck());
  }

  @Test
  void anEventThatEndsInTimeIsNot() throws InterruptedException {
    open(LONG);
    wedge();
    begun.await();
    assertThat(events.isStuck()).isFalse();
  }

  @Test
  void anIdleThreadIsNotStuck() {
    open(NO_TIME);
    events.handle(() -> handled.add(1));
    await().until(() -> handled.size() == 1);
    await().until(() -> !events.isStuck());
  }

  @Test
  void anEventThatFailsHoldsUpNobodyAndIsNoticed() {
    open(LONG);
    events.handle(
        () -> {
          throw new IllegalStateException("handled badly");
        });
    events.handle(() -> handled.add(2));
    await().untilAsserted(() -> assertThat(handled).containsExactly(2));
    assertThat(events.isStuck()).isTrue();
  }

  @Test
  void whatIsReportedAfterTheEndIsIgnored() {
    open(LONG);
    events.close();
    assertThatCode(() -> events.handle(() -> handled.add(1))).doesNotThrowAnyException();
  }

  @Test
  void theEndDoesNotWaitForAnEventThatDoesNotEnd() throws InterruptedException {
    open(LONG);
    CountDownLatch interrupted = new CountDownLatch(1);
    events.handle(
        () -> {
          begun.countDown();
          try {
            mayEnd.await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        });
    begun.await();
    events.close();
    interrupted.await();
  }
}
