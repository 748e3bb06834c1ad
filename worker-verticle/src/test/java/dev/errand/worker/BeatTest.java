package dev.errand.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.DefaultEventExecutor;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BeatTest {

  private final DefaultEventExecutor loop = new DefaultEventExecutor();
  private final AtomicInteger first = new AtomicInteger();
  private final AtomicInteger second = new AtomicInteger();
  private final Runnable firstStep = first::incrementAndGet;
  private final Runnable secondStep = second::incrementAndGet;

  @AfterEach
  void end() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private <T> T onLoop(Callable<T> step) throws Exception {
    return loop.submit(step).get(10, TimeUnit.SECONDS);
  }

  private void join(Runnable step) throws Exception {
    onLoop(
        () -> {
          Beat.join(loop, step);
          return null;
        });
  }

  private void leave(Runnable step) throws Exception {
    onLoop(
        () -> {
          Beat.leave(step);
          return null;
        });
  }

  @Test
  void eachStepIsRunUntilItLeaves() throws Exception {
    join(firstStep);
    join(secondStep);
    Rig.await(() -> first.get() > 2 && second.get() > 2);
    leave(firstStep);
    int left = first.get();
    int seen = second.get();
    Rig.await(() -> second.get() > seen + 2);
    assertThat(first.get()).isEqualTo(left);
    leave(secondStep);
    leave(secondStep);
    int last = second.get();
    join(firstStep);
    Rig.await(() -> first.get() > left + 2);
    assertThat(second.get()).isEqualTo(last);
    leave(firstStep);
  }

  @Test
  void aStepThatFailsHoldsUpNoOther() throws Exception {
    Runnable bad =
        () -> {
          throw new IllegalStateException("bad");
        };
    join(bad);
    join(firstStep);
    Rig.await(() -> first.get() > 2);
    leave(bad);
    leave(firstStep);
  }
}
