package dev.errand.simulation;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskRequest;
import dev.errand.simulation.Plan.Act;
import dev.errand.simulation.Plan.Deed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Draws what is submitted in a simulation, and what comes of it. */
final class Workload {

  static final String[] TYPES = {"paint", "cut", "glue"};
  static final String[] BATCHES = {"monday", "tuesday"};

  private static final int LEAST_TASKS = 210;

  /** For those that die with their client before they are submitted, or are refused. */
  static final int SPARE = 60;

  private static final int BAD = 3;

  private final Chance chance;
  private final List<Plan> plans = new ArrayList<>();

  /** Of all attempts, how many go wrong in some way. */
  private final double trouble;

  private final int poisons;

  Workload(Chance chance) {
    this.chance = chance;
    this.trouble = chance.upTo(0.5);
    this.poisons = chance.of(0.5) ? 0 : chance.between(1, 3);
  }

  /** The last {@link #SPARE} are not to be submitted without need. */
  Plan[] plans() {
    for (int left = BAD; left > 0; left--) {
      bad();
    }
    for (int left = poisons; left > 0; left--) {
      add(request(), new Act[] {new Act(Deed.POISON, chance.millis(0, 200), false)}, false);
    }
    while (plans.size() < LEAST_TASKS) {
      usual();
    }
    for (int left = chance.between(0, 20); left > 0; left--) {
      extra();
    }
    for (int left = SPARE; left > 0; left--) {
      usual();
    }
    return plans.toArray(Plan[]::new);
  }

  private void bad() {
    int number = plans.size();
    byte[] digits = new byte[Simulation.PAYLOAD_LIMIT + 1 + number];
    Arrays.fill(digits, (byte) '1');
    Bytes payload = number == 0 ? Bytes.of("{") : Bytes.of(digits);
    TaskRequest request = TaskRequest.ofJson(TYPES[0], payload);
    plans.add(new Plan(number, number, request, new Act[0], false, false));
  }

  private void add(TaskRequest request, Act[] acts, boolean contested) {
    plans.add(new Plan(plans.size(), plans.size(), request, acts, true, contested));
  }

  private void usual() {
    TaskRequest request = request();
    if (chance.of(0.1)) {
      request = request.withIdempotencyKey("key-" + plans.size());
    } else if (chance.of(0.15)) {
      long line = chance.of(0.7) ? plans.size() + 1 : 0;
      request = request.withBatch(new BatchPlace(chance.one(BATCHES), line));
    }
    add(request, acts(), false);
  }

  /** Something that was submitted before, or contradicts it. */
  private void extra() {
    Plan before = plans.get(chance.between(BAD, LEAST_TASKS - 1));
    boolean line = before.request().batch() != null && before.request().batch().line() != 0;
    String key = before.request().idempotencyKey();
    if (before.contested() || !line && key == null) {
      usual();
    } else if (key != null && chance.of(0.4)) {
      int number = before.number();
      plans.set(
          number, new Plan(number, before.body(), before.request(), before.acts(), true, true));
      add(request().withIdempotencyKey(key), acts(), true);
    } else {
      plans.add(
          new Plan(plans.size(), before.body(), before.request(), before.acts(), true, false));
    }
  }

  private TaskRequest request() {
    TaskRequest request =
        TaskRequest.ofJson(chance.one(TYPES), Bytes.of(Integer.toString(plans.size())))
            .withTimeout(Duration.ofMillis(chance.between(300, 4_000)))
            .withBackoff(Duration.ofMillis(chance.between(1, 800)));
    if (chance.of(0.8)) {
      request = request.withMaxAttempts(chance.of(0.2) ? 1 : chance.between(2, 5));
    }
    if (chance.of(0.2)) {
      request = request.withPriority(chance.between(0, 9));
    }
    if (chance.of(0.1)) {
      request = request.withDelay(Duration.ofMillis(chance.between(1, 5_000)));
    }
    if (chance.of(0.1)) {
      request = request.withExpiresIn(Duration.ofMillis(chance.between(50, 10_000)));
    }
    if (chance.of(0.1)) {
      request = request.withRequire(Map.of("zone", chance.one("north", "south")));
    }
    return request;
  }

  private Act[] acts() {
    Act[] acts = new Act[chance.between(1, 4)];
    Arrays.setAll(acts, any -> act());
    return acts;
  }

  private Act act() {
    boolean talks = chance.of(0.05);
    if (!chance.of(trouble)) {
      return new Act(Deed.SUCCEED, chance.of(0.1) ? 0 : chance.millis(0, 150), talks);
    }
    return switch (chance.between(0, 9)) {
      case 0 -> new Act(Deed.HANG, 0, talks);
      case 1 -> new Act(Deed.STUBBORN, chance.millis(0, 4_000), talks);
      case 2 -> new Act(Deed.REJECT, chance.millis(0, 100), talks);
      case 3, 4 -> new Act(Deed.SUCCEED, chance.millis(500, 5_000), talks);
      default -> new Act(Deed.FAIL, chance.millis(0, 300), talks);
    };
  }
}
