package dev.errand.worker;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.worker.api.TaskRejected;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Turns what a handler threw into the error that people read. */
final class Failure {

  /** Lines of a detail. */
  static final int MAX_LINES = 20;

  private static final int MAX_CAUSES = 3;

  /** Below these frames of a handler's stack it is ours, and says nothing about the handler. */
  private static final List<String> OURS =
      List.of(LoopAttempt.class.getName(), BlockingRun.class.getName(), LaneThread.class.getName());

  /** What {@code Future.failedFuture("text")} fails with. */
  private static final Class<?> TEXT_ALONE = Future.failedFuture("").cause().getClass();

  private Failure() {}

  /** What was thrown, as an error; its message and causes may themselves throw. */
  static TaskError of(Throwable thrown) {
    Throwable failure = unwrap(thrown);
    ErrorKind kind = failure instanceof TaskRejected ? ErrorKind.REJECTED : ErrorKind.HANDLER;
    // A rejection's own stack says nothing that its message does not.
    Throwable from = kind == ErrorKind.REJECTED ? failure.getCause() : failure;
    return new TaskError(kind, message(failure), from == null ? "" : trace(from));
  }

  /** Wrappers of futures hide what matters. */
  private static Throwable unwrap(Throwable thrown) {
    Throwable failure = thrown;
    for (int i = 0; i < MAX_CAUSES && isWrapper(failure) && failure.getCause() != null; i++) {
      failure = failure.getCause();
    }
    return failure;
  }

  private static boolean isWrapper(Throwable thrown) {
    return thrown instanceof CompletionException || thrown instanceof ExecutionException;
  }

  /** As the exception reads; what is meant for people as it stands has no class in front. */
  private static String message(Throwable thrown) {
    String name = thrown.getClass().getName();
    String message;
    try {
      message = thrown.getMessage();
    } catch (RuntimeException | StackOverflowError e) {
      message = null;
    }
    if (message == null || message.isBlank()) {
      return name;
    }
    boolean bare = thrown instanceof TaskRejected || thrown.getClass() == TEXT_ALONE;
    return bare ? oneLine(message) : name + ": " + oneLine(message);
  }

  static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }

  private static String trace(Throwable thrown) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable next = thrown; next != null && chain.size() < MAX_CAUSES; next = cause(next)) {
      chain.add(next);
    }
    int frames = MAX_LINES / chain.size() - 1;
    StringBuilder text = new StringBuilder();
    for (Throwable one : chain) {
      text.append(one == thrown ? "" : "caused by ").append(message(one)).append('\n');
      text.append(top(one.getStackTrace(), frames));
    }
    return text.toString();
  }

  private static Throwable cause(Throwable thrown) {
    try {
      return thrown.getCause();
    } catch (RuntimeException | StackOverflowError e) {
      return null;
    }
  }

  /** The top of a stack down to where the handler was called, a line a frame. */
  static String top(StackTraceElement[] stack, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(most, stack.length); i++) {
      if (OURS.contains(stack[i].getClassName())) {
        break;
      }
      text.append("  at ").append(place(stack[i])).append('\n');
    }
    return text.toString();
  }

  /** {@code com.acme.Foo.bar(Foo.java:12)}, without the names of class loader and module. */
  static String place(StackTraceElement frame) {
    return new StackTraceElement(
            frame.getClassName(), frame.getMethodName(), frame.getFileName(), frame.getLineNumber())
        .toString();
  }
}
