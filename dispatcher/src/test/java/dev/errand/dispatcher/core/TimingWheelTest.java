package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimingWheelTest {

  private static final long START = -123_456_789L;
  private static final long TICK = Duration.ofMillis(TimingWheel.TICK_MILLIS).toNanos();

  private final TimingWheel wheel = new TimingWheel(START);
  private final List<Integer> fired = new ArrayList<>();
  private long now = START;

  private final class Bell extends Timer {

    private final int name;

    Bell(int name) {
      this.name = name;
    }

    @Override
    void fire(Now at) {
      assertThat(set()).isFalse();
      assertThat(at.nanos()).isEqualTo(now);
      fired.add(name);
    }
  }

  private Bell set(int name, Duration in) {
    Bell bell = new Bell(name);
    wheel.set(bell, now + in.toNanos());
    return bell;
  }

  private void pass(Duration time) {
    now += time.toNanos();
    wheel.advance(new Now(now, 0));
  }

  /** The same timers in a sorted map: by tick, and by the order in which they were set. */
  private static final class Model {

    private final TreeMap<Long, List<Integer>> byTick = new TreeMap<>();
    private final List<Long> tickOf = new ArrayList<>();
    private long tick;

    void set(int name, long due) {
      cancel(name);
      long wanted = -Math.floorDiv(START - due, TICK);
      long at = Math.max(wanted, tick + 1);
      tickOf.set(name, at);
      byTick.computeIfAbsent(at, any -> new ArrayList<>()).add(name);
    }

    void cancel(int name) {
      Long at = tickOf.get(name);
      if (at != null && byTick.containsKey(at)) {
        byTick.get(at).remove((Integer) name);
      }
    }

    /** What is due, tick by tick. */
    List<List<Integer>> advance(long now) {
      tick = Math.max(tick, Math.floorDiv(now - START, TICK));
      List<List<Integer>> due = new ArrayList<>(byTick.headMap(tick, true).values());
      byTick.headMap(tick, true).clear();
      due.removeIf(List::isEmpty);
      return due;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void firesWhatASortedListWouldFire(long seed) {
    Random random = new Random(seed);
    Model model = new Model();
    List<Bell> bells = new ArrayList<>();
    int rung = 0;
    for (int step = 0; step < 20_000; step++) {
      int choice = random.nextInt(10);
      if (choice < 4 || bells.isEmpty()) {
        bells.add(new Bell(bells.size()));
        model.tickOf.add(null);
      }
      int name = choice < 4 ? bells.size() - 1 : random.nextInt(bells.size());
      if (choice < 6) {
        long due = now + someNanos(random, 36) - TICK;
        wheel.set(bells.get(name), due);
        model.set(name, due);
      } else if (choice < 8) {
        bells.get(name).cancel();
        model.cancel(name);
      } else {
        pass(Duration.ofNanos(someNanos(random, step % 500 == 0 ? 18 : 4)));
        rung += compare(model);
      }
    }
    pass(Duration.ofNanos(TICK << 20));
    rung += compare(model);
    assertThat(rung).isGreaterThan(2_000);
  }

  /** Of any size up to that power of two of ticks. */
  private static long someNanos(Random random, int mostBits) {
    return (long) (random.nextDouble() * (TICK << random.nextInt(mostBits + 1)));
  }

  private int compare(Model model) {
    int at = 0;
    for (List<Integer> tick : model.advance(now)) {
      assertThat(fired.subList(at, Math.min(fired.size(), at + tick.size())))
          .containsExactlyInAnyOrderElementsOf(tick);
      at += tick.size();
    }
    assertThat(fired).hasSize(at);
    fired.clear();
    return at;
  }

  @Test
  void aTimerFiresAtTheFirstTickAtOrAfterItsTime() {
    set(1, Duration.ofMillis(10));
    set(2, Duration.ofNanos(10_000_001));
    pass(Duration.ofNanos(9_999_999));
    assertThat(fired).isEmpty();
    pass(Duration.ofNanos(1));
    assertThat(fired).containsExactly(1);
    pass(Duration.ofMillis(10));
    assertThat(fired).containsExactly(1, 2);
  }

  @Test
  void aTimerForThePastFiresAtTheNextTick() {
    pass(Duration.ofSeconds(1));
    set(1, Duration.ofDays(-1));
    pass(Duration.ofMillis(9));
    assertThat(fired).isEmpty();
    pass(Duration.ofMillis(1));
    assertThat(fired).containsExactly(1);
  }

  @Test
  void timersOfDaysFireInTheirOrder() {
    for (int hours = 96; hours > 0; hours -= 16) {
      set(hours, Duration.ofHours(hours));
    }
    pass(Duration.ofHours(96).minusMillis(10));
    assertThat(fired).containsExactly(16, 32, 48, 64, 80);
    pass(Duration.ofMillis(10));
    assertThat(fired).endsWith(96).hasSize(6);
  }

  @Test
  void aTimerOfACenturyDoesNotFireToday() {
    set(1, Duration.ofDays(36_500));
    set(2, Duration.ofNanos(Long.MAX_VALUE / 2));
    pass(Duration.ofHours(1));
    assertThat(fired).isEmpty();
  }

  @Test
  void aTimerThatIsCancelledDoesNotFire() {
    Bell bell = set(1, Duration.ofMillis(30));
    bell.cancel();
    bell.cancel();
    assertThat(bell.set()).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(fired).isEmpty();
  }

  @Test
  void aTimerThatIsSetAgainFiresAtItsNewTimeOnly() {
    Bell bell = set(1, Duration.ofMillis(30));
    wheel.set(bell, now + Duration.ofMinutes(1).toNanos());
    pass(Duration.ofSeconds(59));
    assertThat(fired).isEmpty();
    pass(Duration.ofSeconds(2));
    assertThat(fired).containsExactly(1);
  }

  @Test
  void aTimerMaySetItselfAndCancelOthersWhenItFires() {
    Bell other = new Bell(9);
    Timer repeating =
        new Timer() {
          @Override
          void fire(Now at) {
            fired.add(1);
            other.cancel();
            wheel.set(this, START + fired.size() * 2 * TICK + TICK);
          }
        };
    wheel.set(repeating, START + TICK);
    wheel.set(other, START + TICK);
    pass(Duration.ofNanos(5 * TICK));
    assertThat(fired).containsExactly(1, 1, 1);
  }

  /** How many of so many timers that are due in a month have moved after so many ticks. */
  private long touchedByTicks(int timers, int ticks) {
    Random random = new Random(1);
    List<Bell> far = new ArrayList<>();
    for (int i = 0; i < timers; i++) {
      Duration due = Duration.ofDays(30).plusMillis(random.nextInt(1_000_000_000));
      far.add(set(i, due));
    }
    Timer[] next = far.stream().map(bell -> bell.slotNext).toArray(Timer[]::new);
    Timer[] previous = far.stream().map(bell -> bell.slotPrevious).toArray(Timer[]::new);
    pass(Duration.ofNanos(ticks * TICK));
    assertThat(fired).isEmpty();
    long touched = 0;
    for (int i = 0; i < timers; i++) {
      Bell bell = far.get(i);
      touched += bell.slotNext == next[i] && bell.slotPrevious == previous[i] ? 0 : 1;
    }
    far.forEach(Timer::cancel);
    return touched;
  }

  @Test
  void ticksTouchNoneOfTheTimersThatAreFarAway() {
    assertThat(touchedByTicks(1_000, 10_000)).isZero();
    assertThat(touchedByTicks(1_000_000, 10_000)).isZero();
  }

  @Test
  void aTimerIsMovedOnlyOnceForEachLevelOnItsWay() {
    int moves = 0;
    Bell bell = set(1, Duration.ofDays(3));
    Timer beside = bell.slotNext;
    while (fired.isEmpty()) {
      pass(Duration.ofSeconds(2));
      if (fired.isEmpty() && bell.slotNext != beside) {
        moves++;
        beside = bell.slotNext;
      }
    }
    assertThat(moves).isBetween(1, 3);
  }
}
