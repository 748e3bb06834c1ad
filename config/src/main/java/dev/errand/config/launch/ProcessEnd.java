package dev.errand.config.launch;

import java.util.Arrays;
import java.util.Map;

/** Who called for the end of this process. */
public final class ProcessEnd {

  /** Calls for it when the standard input ends. */
  static final String INPUT_THREAD = "errand-input";

  /** What the JVM calls {@code Shutdown.exit} from, when a signal told it to end. */
  private static final String SIGNAL = "java.lang.Terminator";

  private ProcessEnd() {}

  /**
   * Whether this process ends because some code, such as a handler, called {@link System#exit};
   * then the exit code is its own. The end of the input and a signal may come together, and are one
   * call. Code on a virtual thread is not seen in the stacks of threads: what nobody else called
   * for was called for by code. May be asked at any time, by any thread.
   */
  public static boolean isCalledForByCode() {
    Map<Thread, StackTraceElement[]> threads = Thread.getAllStackTraces();
    boolean orderly = false;
    for (Map.Entry<Thread, StackTraceElement[]> thread : threads.entrySet()) {
      boolean exits = calls(thread.getValue(), "java.lang.Runtime", "exit");
      boolean isInput = thread.getKey().getName().equals(INPUT_THREAD);
      if (exits && !isInput) {
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
