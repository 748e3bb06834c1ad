package dev.errand.systemtests;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.systemtests.Order.Then;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.file.Path;
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
  private final Path notes;
  private final ArrayDeque<Order> before = new ArrayDeque<>();
  private long drawn;
  private long lines;

  /** Some of them are noted in that file when they run. */
  Orders(long seed, Path notes) {
    random = new Random(seed);
    this.notes = notes;
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
    if (kind < 55) {
      return sleep();
    }
    if (kind < 65) {
      return note(chance(50));
    }
    if (kind < 80) {
      Order once = note(false);
      return new Order(
          once.name(),
          once.request().withMaxAttempts(1),
          once.result(),
          Set.of(ErrorKind.WORKER_LOST),
          Then.WAIT);
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
        name(), late.request().withDelay(delay), late.result(), late.failures(), late.then());
  }

  private String name() {
    return "order " + drawn;
  }

  private Order square() {
    BigInteger number = BigInteger.valueOf(drawn).shiftLeft(40).add(BigInteger.valueOf(drawn));
    return new Order(
        name(),
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
    return new Order(name(), TaskRequest.of("echo", payload), payload.encode(), Set.of(), then);
  }

  private Order sleep() {
    String howLong = 1 + random.nextInt(100) + "ms";
    return new Order(
        name(), TaskRequest.of("sleep", howLong), "\"" + howLong + "\"", Set.of(), Then.WAIT);
  }

  private Order note(boolean failsFirst) {
    JsonObject payload = NotingHandler.payload(notes, name(), 1 + random.nextInt(60), failsFirst);
    return new Order(
        name(), TaskRequest.of(NotingHandler.TYPE, payload), payload.encode(), Set.of(), Then.WAIT);
  }

  private Order timeout() {
    TaskRequest request =
        TaskRequest.of("sleep", TOO_LONG)
            .withTimeout(SHORT)
            .withMaxAttempts(2)
            .withBackoff(Duration.ofMillis(50));
    return new Order(name(), request, null, Set.of(ErrorKind.TIMEOUT), Then.WAIT);
  }

  private Order rejected(Then then) {
    String payload = "not a number: " + drawn;
    return new Order(
        name(), TaskRequest.of("square", payload), null, Set.of(ErrorKind.REJECTED), then);
  }

  /** Half of them with a key or a line, so that they are the same if they are submitted again. */
  private Order named(Order order) {
    TaskRequest request = order.request();
    if (order.then() == Then.WAIT && chance(50)) {
      if (chance(50)) {
        request = request.withIdempotencyKey("key-" + drawn);
      } else {
        BatchPlace place = new BatchPlace("batch-" + lines / BATCH, lines % BATCH + 1);
        lines++;
        request = request.withBatch(place);
      }
    }
    if (chance(20)) {
      request = request.withPriority(random.nextInt(10));
    }
    return new Order(order.name(), request, order.result(), order.failures(), order.then());
  }
}
