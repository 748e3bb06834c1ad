package dev.errand.dispatcher;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** Waits for what must come, and for long enough where the machine is busy with something else. */
public final class Await {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Await() {}

  /** Until it is so. */
  public static void until(Callable<Boolean> condition) {
    Awaitility.await().atMost(PATIENCE).until(condition);
  }

  /** Asks until that is an answer; gives it. */
  public static <T> T until(Callable<T> question, Predicate<? super T> answer) {
    return Awaitility.await().atMost(PATIENCE).until(question, answer);
  }
}
