package dev.errand.command;

import dev.errand.config.launch.ErrandLauncher;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A node that was started as a process of its own; its last log lines are kept. */
public final class NodeProcess {

  private static final int KEPT_LINES = 500;
  private static final int TOLD_LINES = 20;
  private static final int UNSAFE_WARNS = 24;
  private static final int LAST_WORDS_MILLIS = 5_000;

  private final String name;
  private final Process process;
  private final ArrayDeque<String> lines = new ArrayDeque<>();
  private final CompletableFuture<Matcher> started = new CompletableFuture<>();
  private final Thread reader;

  private NodeProcess(String name, Process process, Pattern ready) {
    this.name = name;
    this.process = process;
    reader = new Thread(() -> read(ready), "errand-log-" + name);
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * What is started.
   *
   * @param jar of the node
   * @param conf its settings file
   * @param jvmOptions beside the usual ones
   * @param arguments for the launcher, beside {@code -conf}
   */
  public record Launch(Path jar, Path conf, List<String> jvmOptions, List<String> arguments) {

    public Launch(Path jar, Path conf) {
      this(jar, conf, List.of(), List.of());
    }

    private List<String> command() {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
      if (Runtime.version().feature() >= UNSAFE_WARNS) {
        command.add("--sun-misc-unsafe-memory-access=allow");
      }
      // Its input is a pipe of this process: it ends with it, however that ends.
      command.add("-D" + ErrandLauncher.END_WITH_INPUT + "=true");
      command.addAll(jvmOptions);
      command.addAll(List.of("-jar", jar.toString(), "-conf", conf.toString()));
      command.addAll(arguments);
      return command;
    }
  }

  /**
   * Starts a node.
   *
   * @param ready the log line that says it has started
   */
  public static NodeProcess start(String name, Launch launch, Pattern ready) throws IOException {
    if (!Files.exists(launch.jar())) {
      throw new IOException(launch.jar() + " is missing: build it by ./errand, or ./mvnw package");
    }
    return start(name, new ProcessBuilder(launch.command()), ready);
  }

  /**
   * Starts any program. Its settings are not taken from this process's environment.
   *
   * @param ready the line that says it has started
   */
  public static NodeProcess start(String name, ProcessBuilder builder, Pattern ready)
      throws IOException {
    builder.redirectErrorStream(true);
    // Its settings are in the file alone, whatever the caller's environment says.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("ERRAND_"));
    return new NodeProcess(name, builder.start(), ready);
  }

  private void read(Pattern ready) {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        synchronized (lines) {
          lines.add(line);
          if (lines.size() > KEPT_LINES) {
            lines.remove();
          }
        }
        Matcher matcher = ready.matcher(line);
        if (matcher.find()) {
          started.complete(matcher);
        }
      }
    } catch (IOException e) {
      started.completeExceptionally(new UncheckedIOException(e));
    }
    started.completeExceptionally(new IllegalStateException(name + " has ended"));
  }

  /**
   * Waits for its start.
   *
   * @return the match of the log line
   * @throws IllegalStateException with its last log lines, if it ended or took too long
   */
  public Matcher awaitStart(long seconds) throws InterruptedException {
    try {
      return started.get(seconds, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      List<String> said = log();
      List<String> last = said.subList(Math.max(0, said.size() - TOLD_LINES), said.size());
      throw new IllegalStateException(
          name + " did not start; it said: " + String.join(" / ", last), e);
    }
  }

  /** The operating system's handle on it. */
  public ProcessHandle handle() {
    return process.toHandle();
  }

  /** Its last log lines. */
  public List<String> log() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /** Asks it to end. */
  public void end() {
    process.destroy();
  }

  /** Ends it and what it has started at once, without its doing. */
  public void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /**
   * Waits for its end, and makes it so after some seconds. Then its log has its last words, unless
   * something that it has started goes on and may still say more.
   *
   * @return its exit code
   */
  public int awaitEnd(long seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      kill();
      process.waitFor();
    }
    reader.join(LAST_WORDS_MILLIS);
    return process.exitValue();
  }
}
