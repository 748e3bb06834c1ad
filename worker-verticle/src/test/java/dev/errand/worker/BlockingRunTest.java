package dev.errand.worker;

import static dev.errand.worker.Tasks.blocking;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.Rig.Told;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskRejected;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockingRunTest {

  /** Both, where the JVM has both. */
  enum Kind {
    PLATFORM,
    BEST;

    BlockingThreads open(int slots) {
      return this == PLATFORM ? BlockingThreads.platform(slots) : BlockingThreads.open(slots);
    }
  }

  private final Blocker blocker = new Blocker();
  private Rig rig;

  @AfterEach
  void close() {
    blocker.open();
    rig.close();
  }

  private Object untilInterrupted(TaskContext task) throws InterruptedException {
    blocker.blockInterruptibly();
    return null;
  }

  @ParameterizedTest
  @EnumSource
  void anAttemptTellsItsResultThenThatItHasEnded(Kind kind) {
    rig = new Rig(kind.open(2), blocking("adds", task -> task.payload(Integer.class) + 1));
    Told told = rig.awaitEnd(rig.run("adds", "41"));
    assertThat(told.result.text()).isEqualTo("42");
    assertThat(told.error).isNull();
    assertThat(told.calls).containsExactly("outcome", "ended");
  }

  @ParameterizedTest
  @EnumSource
  void whateverAHandlerThrowsFailsItsAttempt(Kind kind) {
    List<Throwable> all =
        List.of(
            new Exception("broken"),
            new StackOverflowError(),
            new NoClassDefFoundError("com/acme/Missing"),
            new OutOfMemoryError("Java heap space"),
            new InterruptedException());
    AtomicInteger next = new AtomicInteger();
    rig =
        new Rig(
            kind.open(1),
            blocking(
                "throws",
                task -> {
                  throw Tasks.<RuntimeException>sneaky(all.get(next.getAndIncrement()));
                }));
    for (Throwable thrown : all) {
      Told told = rig.awaitEnd(rig.run("throws"));
      assertThat(told.error.kind()).isEqualTo(ErrorKind.HANDLER);
      assertThat(told.error.detail()).startsWith(thrown.getClass().getName());
      assertThat(told.calls).containsExactly("outcome", "ended");
    }
  }

  @Test
  void whoHoldsTheMonitorOfItsContextHoldsUpOnlyItself() {
    rig =
        new Rig(
            blocking(
                "holds",
                task -> {
                  task.progress(0.5, "half");
                  synchronized (task) {
                    blocker.blockInterruptibly();
                  }
                  return null;
                }));
    long lease = rig.run("holds");
    blocker.awaitEntered(1);
    assertThat(rig.takeProgress(lease).message()).isEqualTo("half");
    rig.cancel(lease, CancelReason.CANCELLED);
    assertThat(rig.awaitEnd(lease).error.detail()).contains("InterruptedException");
  }

  @Test
  void aRejectionAndABadResultKeepTheirKinds() {
    rig =
        new Rig(
            blocking(
                "rejects",
                task -> {
                  throw new TaskRejected("not this one");
                }),
            blocking("object", task -> new Object()),
            blocking("large", task -> "x".repeat(2_000_000)));
    Told rejected = rig.awaitEnd(rig.run("rejects"));
    assertThat(rejected.error.kind()).isEqualTo(ErrorKind.REJECTED);
    assertThat(rejected.error.message()).isEqualTo("not this one");
    assertThat(rig.awaitEnd(rig.run("object")).error.kind()).isEqualTo(ErrorKind.RESULT_INVALID);
    assertThat(rig.awaitEnd(rig.run("large")).error.kind()).isEqualTo(ErrorKind.RESULT_TOO_LARGE);
  }

  @ParameterizedTest
  @EnumSource
  void asManyRunAtOnceAsThereAreSlots(Kind kind) {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    rig =
        new Rig(
            kind.open(5),
            blocking(
                "meets",
                task -> {
                  threads.add(Thread.currentThread().getName());
                  blocker.block();
                  return task.isCancelled();
                }));
    List<Long> leases = Stream.generate(() -> rig.run("meets")).limit(5).toList();
    blocker.awaitEntered(5);
    assertThat(threads).hasSize(5).allMatch(name -> name.startsWith("errand-blocking-"));
    blocker.open();
    leases.forEach(lease -> assertThat(rig.awaitEnd(lease).result.text()).isEqualTo("false"));
  }

  @Test
  void threadsAreVirtualWhereTheJvmHasThem() {
    rig = new Rig(blocking("says", task -> Thread.currentThread().toString()));
    String thread = rig.awaitEnd(rig.run("says")).result.text();
    assertThat(thread.contains("VirtualThread"))
        .as(thread)
        .isEqualTo(Runtime.version().feature() >= 21);
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledAttemptIsInterruptedOnceAndKnowsTheReason(Kind kind) {
    AtomicInteger interrupts = new AtomicInteger();
    Blocker again = new Blocker();
    rig =
        new Rig(
            kind.open(1),
            blocking(
                "counts",
                task -> {
                  interrupts.addAndGet(blocker.interruptsUntilOpen(1));
                  boolean knew = task.isCancelled();
                  CountDownLatch told = new CountDownLatch(1);
                  task.cancelled().onComplete(any -> told.countDown());
                  told.await();
                  interrupts.addAndGet(again.interruptsUntilOpen(2));
                  return knew + " " + task.cancelled().result();
                }));
    long lease = rig.run("counts");
    blocker.awaitEntered(1);
    rig.cancel(lease, CancelReason.TIMEOUT);
    again.awaitEntered(1);
    rig.cancel(lease, CancelReason.LOST);
    again.open();
    assertThat(rig.awaitEnd(lease).result.text()).isEqualTo("\"true TIMEOUT\"");
    assertThat(interrupts).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void noInterruptReachesTheNextAttempt(Kind kind) {
    rig =
        new Rig(
            kind.open(1),
            blocking(
                "selfish",
                task -> {
                  Thread.currentThread().interrupt();
                  return null;
                }),
            blocking("brief", task -> null),
            blocking("says", task -> Thread.currentThread().isInterrupted()));
    for (int i = 0; i < 200; i++) {
      if (i % 2 == 0) {
        rig.run("selfish");
      } else {
        rig.cancel(rig.run("brief"), CancelReason.CANCELLED);
      }
      assertThat(rig.awaitEnd(rig.run("says")).result.text()).isEqualTo("false");
    }
  }

  @Test
  void anAttemptThatIgnoresItsInterruptKeepsItsSlot() {
    rig =
        new Rig(
            BlockingThreads.platform(1),
            blocking(
                "stubborn",
                task -> {
                  blocker.block();
                  return "late";
                }),
            blocking("next", task -> "next"));
    long lease = rig.run("stubborn");
    blocker.awaitEntered(1);
    rig.cancel(lease, CancelReason.TIMEOUT);
    rig.look(100);
    assertThat(rig.told(lease).calls).isEmpty();
    blocker.open();
    assertThat(rig.awaitEnd(lease).calls).containsExactly("outcome", "ended");
    assertThat(rig.awaitEnd(rig.run("next")).result.text()).isEqualTo("\"next\"");
  }

  @Test
  void anAttemptThatIsCancelledBeforeItBeginsIsGivenBack() {
    rig =
        new Rig(
            BlockingThreads.platform(1),
            blocking("waits", this::untilInterrupted),
            blocking("never", task -> blocker.entered()));
    long first = rig.run("waits");
    blocker.awaitEntered(1);
    long lease = rig.runAndCancel("never", CancelReason.LOST);
    rig.cancel(first, CancelReason.CANCELLED);
    assertThat(rig.awaitEnd(lease).calls).containsExactly("cancelled", "release", "ended");
  }

  @ParameterizedTest
  @EnumSource
  void callbacksRunNeitherOnTheHandlersThreadNorOnTheOwner(Kind kind) {
    Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    // A callback of what is over already runs at once, on the caller's thread.
    CountDownLatch listening = new CountDownLatch(1);
    rig =
        new Rig(
            kind.open(1),
            blocking(
                "submits",
                task -> {
                  CountDownLatch called = new CountDownLatch(2);
                  Runnable note =
                      () -> {
                        threads.add(Thread.currentThread());
                        called.countDown();
                      };
                  threads.add(Thread.currentThread());
                  task.submit(TaskRequest.of("other", 1)).onComplete(any -> note.run());
                  task.cancelled().onComplete(any -> note.run());
                  listening.countDown();
                  while (called.getCount() > 0) {
                    try {
                      called.await();
                    } catch (InterruptedException e) {
                      // It is cancelled.
                    }
                  }
                  return null;
                }));
    long lease = rig.run("submits");
    Rig.await(() -> rig.submitted.size() == 1 && listening.getCount() == 0);
    rig.onOwner(() -> rig.submitted.values().forEach(promise -> promise.fail("refused")));
    rig.cancel(lease, CancelReason.CANCELLED);
    rig.awaitEnd(lease);
    assertThat(threads).hasSize(3);
    assertThat(threads.stream().skip(1)).doesNotContain(threads.element());
    assertThat(threads).allMatch(thread -> thread.getName().startsWith("errand-blocking-"));
  }

  @ParameterizedTest
  @EnumSource
  void closingInterruptsWhatRuns(Kind kind) {
    rig = new Rig(kind.open(1), blocking("waits", this::untilInterrupted));
    long lease = rig.run("waits");
    blocker.awaitEntered(1);
    rig.onOwner(() -> rig.closeRunner());
    assertThat(rig.awaitEnd(lease).error.message()).isEqualTo("java.lang.InterruptedException");
  }

  @Test
  void anAttemptForWhichThereIsNoThreadFails() {
    rig = new Rig(BlockingThreads.platform(1), blocking("late", task -> 1));
    rig.onOwner(() -> rig.closeRunner());
    Told told = rig.awaitEnd(rig.run("late"));
    assertThat(told.error.message()).startsWith("the worker has no thread for it");
    assertThat(told.calls).containsExactly("outcome", "ended");
  }
}
