package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

/** Commands of the machine that have to succeed. */
final class Shell {

  private Shell() {}

  /** Runs it; all that it printed. */
  static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + out).isZero();
    return out;
  }

  /** Runs a line of shell; all that it printed. */
  static String sh(String line) throws Exception {
    return run("sh", "-c", line);
  }
}
