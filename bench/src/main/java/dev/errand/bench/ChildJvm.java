package dev.errand.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of this module in a JVM of its own, with a fixed heap. */
final class ChildJvm {

  /**
   * What Hazelcast and Netty reach for inside the JDK; node jars have the same in their manifests.
   */
  private static final List<String> OPENS =
      List.of(
          "--add-modules=java.se",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.management/sun.management=ALL-UNNAMED",
          "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED");

  private ChildJvm() {}

  /** What starts it. */
  static ProcessBuilder builder(Class<?> program, String heap, String... args) {
    return builder(program, heap, List.of(), args);
  }

  /** What starts it with more options of the JVM. */
  static ProcessBuilder builder(
      Class<?> program, String heap, List<String> options, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms" + heap, "-Xmx" + heap));
    command.addAll(OPENS);
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    // Its settings are what its parent says, whatever that one's environment has.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("ERRAND_"));
    return builder;
  }

  /** Runs one that prints one number. */
  static double run(Class<?> program, String heap, String... args) {
    try {
      Process process = builder(program, heap, args).start();
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        String line = out.readLine();
        if (process.waitFor() != 0 || line == null) {
          throw new IllegalStateException(program.getSimpleName() + " failed");
        }
        return Double.parseDouble(line);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
