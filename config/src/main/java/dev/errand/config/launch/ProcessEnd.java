package dev.errand.config.launch;

import java.util.Arrays;

/** Who called for the end of this process. */
public final class ProcessEnd {

  /** Calls for it when the standard input ends. */
  static final String INPUT_THREAD = "errand-input";

  private ProcessEnd() {}

  /**
   * Whether some code, such as a handler, has called for it by {@link System#exit}; then the exit
   * code is its own. The end of the input and a signal may come together, and are one call. To be
   * asked while the process ends, by any thread.
   */
  public static boolean isCalledForByCode() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> !thread.getKey().getName().equals(INPUT_THREAD))
        .flatMap(thread -> Arrays.stream(thread.getValue()))
        .anyMatch(
            frame ->
                frame.getClassName().equals("java.lang.Runtime")
                    && frame.getMethodName().equals("exit"));
  }
}
