package dev.errand.config.launch;

import java.util.Arrays;
import java.util.Map;

/** Who called for the end of this process. */
public final class ProcessEnd {

  /** Calls for it when there is nothing left to do. */
  private static final String ORDERLY = "errand-end-in-order";

  /** What the JVM calls {@code Shutdown.exit} from, when a signal told it to end. */
  private static final String SIGNAL = "java.lang.Terminator";

  private ProcessEnd() {}

  /** Ends this process as a signal does, with {@link ExitCode#DONE}. Returns at once. */
  static void inOrder() {
    // Whatever calls may be what the end waits for.
    Thread thread = new Thread(() -> System.exit(ExitCode.DONE), ORDERLY);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Whether this process ends because some code, such as a handler, called {@link System#exit};
   * then the exit code is its own. An end in order and a signal may come together, and are one
   * call. Code on a virtual thread is not seen in the stacks of threads: what nobody else called
   * for was called for by code. May be asked at any time, by any thread.
   */
  public static boolean isCalledForByCode() {
    Map<Thread, StackTraceElement[]> threads = Thread.getAllStackTraces();
    boolean orderly = false;
    for (Map.Entry<Thread, StackTraceElement[]> thread : threads.entrySet()) {
      boolean exits = calls(thread.getValue(), "java.lang.Runtime", "exit");
      if (exits && !thread.getKey().getName().equals(ORDERLY)) {
        return true;
      }
      orderly |= exits || calls(thread.getValue(), SIGNAL, "handle");
    }
    return !orderly && isEnding();
  }

  private static boolean calls(StackTraceElement[] frames, String type, String method) {
    return Arrays.stream(frames)
        .anyMatch(
            frame ->
                (frame.getClassName().equals(type) || frame.getClassName().startsWith(type + "$"))
                    && frame.getMethodName().equals(method));
  }

  private static boolean isEnding() {
    Thread probe = new Thread(() -> {}, "errand-probe");
    try {
      Runtime.getRuntime().addShutdownHook(probe);
      Runtime.getRuntime().removeShutdownHook(probe);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
