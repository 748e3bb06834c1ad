package dev.errand.bench;

import java.io.IOException;
import java.util.List;

/**
 * What a peer needs of the machine.
 *
 * @param packages of Debian that have it, as {@code apt-get install} takes them
 * @param probes commands that end with 0 if it is there
 */
record Debian(String packages, List<List<String>> probes) {

  static final Debian NOTHING = new Debian("", List.of());

  /** Whether all is there. */
  boolean isThere() throws InterruptedException {
    for (List<String> probe : probes) {
      try {
        Process process =
            new ProcessBuilder(probe)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
          return false;
        }
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }

  /** What to do where it is not. */
  String cure() {
    return "not there: apt-get install " + packages;
  }
}
