package dev.errand.systemtests;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.systemtests.Order.Then;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.Set;

/**
 * Orders of all sorts, drawn by a seed: most succeed, some fail, some are cancelled, some were
 * drawn before. May be called from any thread.
 */
final class Orders {

  private static final int BATCH = 50;
  private static final int REMEMBERED = 100;
  private static final int MOST_TEXT = 3_000;

  /** Longer than the timeout by far. */
  private static final String TOO_LONG = "30s";

  private static final Duration SHORT = Duration.ofMillis(20);

  private final Random random;
  private final ArrayDeque<Order> before = new ArrayDeque<>();
  private long drawn;
  private long lines;

  Orders(long seed) {
    random = new Random(seed);
  }

  /** The next one. */
  synchronized Order next() {
    if (!before.isEmpty() && chance(8)) {
      return before.remove();
    }
    Order order = named(draw());
    if (order.repeatable()) {
      before.add(order);
      if (before.size() > REMEMBERED) {
        before.remove();
      }
    }
    return order;
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private Order draw() {
    drawn++;
    int kind = random.nextInt(100);
    if (kind < 15) {
      return square();
    }
    if (kind < 35) {
      return echo(Then.WAIT);
    }
    if (kind < 70) {
      return sleep(Set.of());
    }
    if (kind < 80) {
      Order once = sleep(Set.of(ErrorKind.WORKER_LOST));
      return new Order(
          null, once.request().withMaxAttempts(1), once.result(), once.failures(), once.then());
    }
    if (kind < 86) {
      return timeout();
    }
    if (kind < 90) {
      return rejected(Then.WAIT);
    }
    if (kind < 94) {
      return rejected(Then.RETRY);
    }
    Order late = echo(Then.CANCEL);
    Duration delay = Duration.ofMillis(50 + random.nextInt(1_000));
    return new Order(
        null, late.request().withDelay(delay), late.result(), late.failures(), late.then());
  }

  private Order square() {
    BigInteger number = BigInteger.valueOf(drawn).shiftLeft(40).add(BigInteger.valueOf(drawn));
    return new Order(
        null,
        TaskRequest.of("square", number),
        "\"" + number + " * " + number + " = " + number.multiply(number) + "\"",
        Set.of(),
        Then.WAIT);
  }

  private Order echo(Then then) {
    JsonObject payload =
        new JsonObject()
            .put("drawn", drawn)
            .put("text", "x".repeat(chance(10) ? random.nextInt(MOST_TEXT) : 10));
    return new Order(null, TaskRequest.of("echo", payload), payload.encode(), Set.of(), then);
  }

  private Order sleep(Set<ErrorKind> failures) {
    String howLong = 1 + random.nextInt(60) + "ms";
    return new Order(
        null, TaskRequest.of("sleep", howLong), "\"" + howLong + "\"", failures, Then.WAIT);
  }

  private static Order timeout() {
    TaskRequest request =
        TaskRequest.of("sleep", TOO_LONG)
            .withTimeout(SHORT)
            .withMaxAttempts(2)
            .withBackoff(Duration.ofMillis(50));
    return new Order(null, request, null, Set.of(ErrorKind.TIMEOUT), Then.WAIT);
  }

  private Order rejected(Then then) {
    String payload = "not a number: " + drawn;
    return new Order(
        null, TaskRequest.of("square", payload), null, Set.of(ErrorKind.REJECTED), then);
  }

  /** Half of them with a key or a line, so that they are the same if they are submitted again. */
  private Order named(Order order) {
    TaskRequest request = order.request();
    String name = "order " + drawn;
    if (order.then() == Then.WAIT && chance(50)) {
      if (chance(50)) {
        name = "key-" + drawn;
        request = request.withIdempotencyKey(name);
      } else {
        BatchPlace place = new BatchPlace("batch-" + lines / BATCH, lines % BATCH + 1);
        lines++;
        name = place.batch() + " line " + place.line();
        request = request.withBatch(place);
      }
    }
    if (chance(20)) {
      request = request.withPriority(random.nextInt(10));
    }
    return new Order(name, request, order.result(), order.failures(), order.then());
  }
}
