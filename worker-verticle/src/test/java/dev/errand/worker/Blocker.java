package dev.errand.worker;

import dev.errand.worker.api.TaskHandler;
import io.vertx.core.Future;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A place to be stuck in until the test says otherwise. */
final class Blocker {

  private final CountDownLatch gate = new CountDownLatch(1);
  private final Semaphore inside = new Semaphore(0);
  private final AtomicInteger entered = new AtomicInteger();
  private volatile boolean interrupted;

  /** Blocks, interrupted or not. */
  void block() {
    enter();
    boolean open = false;
    while (!open) {
      try {
        gate.await();
        open = true;
      } catch (InterruptedException e) {
        // Stubborn.
      }
    }
  }

  /** Blocks until it was interrupted so many times, and gives how many times it was. */
  int interruptsUntilOpen(int most) {
    enter();
    int interrupts = 0;
    while (interrupts < most) {
      try {
        gate.await();
        return interrupts;
      } catch (InterruptedException e) {
        interrupts++;
      }
    }
    return interrupts;
  }

  /** Blocks until interrupted. */
  void blockInterruptibly() throws InterruptedException {
    enter();
    gate.await();
  }

  /** A handler that blocks its event loop until it is interrupted. */
  TaskHandler patient() {
    return Tasks.loop(
        "patient",
        task -> {
          try {
            blockInterruptibly();
          } catch (InterruptedException e) {
            interrupted = true;
          }
          return Future.succeededFuture();
        });
  }

  /** Waits until that handler is interrupted. */
  void awaitInterrupted() {
    Rig.await(() -> interrupted);
  }

  private void enter() {
    entered.incrementAndGet();
    inside.release();
  }

  /** Waits until so many more are in. */
  void awaitEntered(int more) {
    Rig.await(() -> inside.tryAcquire(more));
  }

  int entered() {
    return entered.get();
  }

  void open() {
    gate.countDown();
  }
}
