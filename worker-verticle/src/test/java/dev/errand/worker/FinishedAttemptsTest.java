package dev.errand.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.frame.Grant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FinishedAttemptsTest {

  private static final int THREADS = 4;
  private static final int EACH = 20_000;

  private final AttemptRunner runner =
      new AttemptRunner(
          new Handlers(List.of()), 1, Runnable::run, Runnable::run, null, () -> 1_000);
  private final FinishedAttempts finished = new FinishedAttempts();

  private LoopAttempt attempt(long lease) {
    Grant grant = new Grant(lease, 7, 1, "any", 60_000, Bytes.of("1"));
    return new LoopAttempt(grant, runner, null, null, null);
  }

  @Test
  void theyComeInTheirOrderAndTheOwnerIsWokenByTheFirst() {
    assertThat(finished.poll()).isNull();
    assertThat(finished.add(attempt(1))).isTrue();
    assertThat(finished.add(attempt(2))).isFalse();
    assertThat(finished.add(attempt(3))).isFalse();
    assertThat(finished.poll().lease()).isEqualTo(1);
    assertThat(finished.add(attempt(4))).isTrue();
    for (int lease = 2; lease <= 4; lease++) {
      assertThat(finished.poll().lease()).isEqualTo(lease);
    }
    assertThat(finished.poll()).isNull();
  }

  @Test
  void noneOfManyThreadsIsMissed() throws InterruptedException {
    Semaphore woken = new Semaphore(0);
    for (int i = 0; i < THREADS; i++) {
      List<LoopAttempt> own = new ArrayList<>();
      for (int n = 0; n < EACH; n++) {
        own.add(attempt((long) i * EACH + n));
      }
      new Thread(
              () -> {
                for (LoopAttempt one : own) {
                  if (finished.add(one)) {
                    woken.release();
                  }
                }
              })
          .start();
    }
    long[] next = new long[THREADS];
    for (int left = THREADS * EACH; left > 0; ) {
      assertThat(woken.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      for (LoopAttempt one = finished.poll(); one != null; one = finished.poll()) {
        assertThat(one.lease() % EACH).isEqualTo(next[(int) (one.lease() / EACH)]++);
        left--;
      }
    }
    assertThat(next).containsOnly(EACH);
  }
}
