package dev.errand.simulation;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskRequest;
import dev.errand.simulation.Plan.Act;
import dev.errand.simulation.Plan.Deed;
import java.time.Duration;
import java.util.Arrays;

/** Draws what is submitted in a simulation, and what comes of it. */
final class Workload {

  static final String[] TYPES = {"paint", "cut", "glue"};

  private static final int LEAST_PLANS = 210;

  /** For those that die with their client before they are submitted. */
  static final int SPARE = 60;

  private static final int BAD = 3;

  private final Chance chance;

  /** Of all attempts, how many go wrong in some way. */
  private final double trouble;

  private final int poisons;

  Workload(Chance chance) {
    this.chance = chance;
    this.trouble = chance.upTo(0.5);
    this.poisons = chance.of(0.5) ? 0 : chance.between(1, 3);
  }

  Plan[] plans() {
    Plan[] plans = new Plan[LEAST_PLANS + chance.between(0, 20) + SPARE];
    for (int number = 0; number < plans.length; number++) {
      plans[number] = plan(number);
    }
    return plans;
  }

  private Plan plan(int number) {
    if (number < BAD) {
      Bytes payload = number == 0 ? Bytes.of("{" + number) : tooLarge(number);
      return new Plan(number, TaskRequest.ofJson(TYPES[0], payload), new Act[0], false);
    }
    Act[] acts;
    if (number < BAD + poisons) {
      acts = new Act[] {new Act(Deed.POISON, chance.millis(0, 200), false)};
    } else {
      acts = new Act[chance.between(1, 4)];
      Arrays.setAll(acts, any -> act());
    }
    TaskRequest request =
        TaskRequest.ofJson(chance.one(TYPES), Bytes.of(Integer.toString(number)))
            .withTimeout(Duration.ofMillis(chance.between(300, 4_000)))
            .withBackoff(Duration.ofMillis(chance.between(1, 800)));
    if (chance.of(0.8)) {
      request = request.withMaxAttempts(chance.of(0.2) ? 1 : chance.between(2, 5));
    }
    return new Plan(number, request, acts, true);
  }

  private static Bytes tooLarge(int number) {
    byte[] digits = new byte[Simulation.PAYLOAD_LIMIT + number];
    Arrays.fill(digits, (byte) '1');
    return Bytes.of(digits);
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
