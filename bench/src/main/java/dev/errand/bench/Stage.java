package dev.errand.bench;

import dev.errand.command.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * The processes of one measurement and their folder; all are gone when it is closed, also when this
 * process is told to end. {@link #close} may be called from any thread, more than once; all else is
 * for one thread.
 */
class Stage implements AutoCloseable {

  /** Of each JVM. */
  static final String HEAP = "1g";

  private static final long START_SECONDS = 300;
  private static final long END_SECONDS = 30;
  private static final long SPARE_MILLIS = 120_000;
  private static final long LOOK_MILLIS = 50;

  private final Path folder;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final CompletableFuture<Void> broken = new CompletableFuture<>();
  private final List<LineProcess> programs = new ArrayList<>();
  private LineProcess client;
  private boolean closed;

  /**
   * A stage without processes.
   *
   * @param parent in which its folder is made
   */
  Stage(Path parent) throws IOException {
    this.folder = Files.createTempDirectory(parent, "errand-bench");
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(this::close, "bench-end"));
    } catch (IllegalStateException e) {
      // The process ends: nothing must be made any more.
      Folders.delete(folder);
      throw e;
    }
    Files.createDirectory(folder.resolve("tmp"));
  }

  /** What starts the processes of a stage. */
  interface Filling<S extends Stage> {
    void start(S stage) throws Exception;
  }

  /** Fills a stage; closes it if that fails. */
  static <S extends Stage> S filled(S stage, Filling<S> filling) throws Exception {
    try {
      filling.start(stage);
      return stage;
    } catch (Exception e) {
      stage.close();
      throw e;
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where its processes may write. */
  final Path folder() {
    return folder;
  }

  /** Makes a file in its folder that others can't read. */
  final Path secret(String name, String text) throws IOException {
    Path file =
        Files.createFile(
            folder.resolve(name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, text);
  }

  /** What can start a process. */
  interface Start<T> {
    T start() throws IOException;
  }

  /** Starts one, and does not wait for it. If it ends early, the measurement fails. */
  final NodeProcess start(String name, Start<NodeProcess> start) throws IOException {
    synchronized (nodes) {
      checkOpen();
      NodeProcess node = start.start();
      nodes.add(node);
      node.handle().onExit().thenRun(() -> ended(name, node));
      return node;
    }
  }

  /**
   * Starts any program, and waits until it is ready.
   *
   * @param ready what it says then
   */
  final void startAndAwait(String name, ProcessBuilder builder, String ready)
      throws IOException, InterruptedException {
    Pattern line = Pattern.compile(ready);
    awaitStart(start(name, () -> NodeProcess.start(name, builder, line)));
  }

  static void awaitStart(NodeProcess node) throws InterruptedException {
    node.awaitStart(START_SECONDS);
  }

  /** Ends one at once, without its doing, and waits for that. */
  final void kill(NodeProcess node) throws InterruptedException {
    synchronized (nodes) {
      nodes.remove(node);
    }
    node.kill();
    node.awaitEnd(END_SECONDS);
  }

  /** Starts the client, and waits until it is ready. */
  final void startClient(ProcessBuilder builder) throws Exception {
    client = startProgram("client", builder);
  }

  /** Starts a program that answers lines, and waits until it is ready. */
  final LineProcess startProgram(String name, ProcessBuilder builder) throws Exception {
    LineProcess program;
    synchronized (nodes) {
      checkOpen();
      program = LineProcess.start(builder);
      programs.add(program);
      program.handle().onExit().thenRun(() -> ended(name));
    }
    await(program.ready(), Duration.ofSeconds(START_SECONDS), () -> {});
    return program;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the measurement is ending");
    }
  }

  private void ended(String name, NodeProcess node) {
    synchronized (nodes) {
      if (!closed && nodes.contains(node)) {
        List<String> log = node.log();
        String last = log.isEmpty() ? "nothing" : log.get(log.size() - 1);
        broken.completeExceptionally(
            new IllegalStateException("the " + name + " has ended; it said last: " + last));
      }
    }
  }

  private void ended(String name) {
    synchronized (nodes) {
      if (!closed) {
        broken.completeExceptionally(new IllegalStateException("the " + name + " has ended"));
      }
    }
  }

  /** Lets the client work, and waits for that. */
  final Tally run(Work work) throws InterruptedException, TimeoutException {
    return await(ask(work), longest(work), () -> {});
  }

  /** A task a millisecond is slow. */
  static Duration longest(Work work) {
    return Duration.ofMillis(
        SPARE_MILLIS + work.warmUpMillis() + Math.min(work.millis(), work.tasks()));
  }

  /** Lets the client work. */
  final CompletableFuture<Tally> ask(Work work) {
    return client.ask(work.text()).thenApply(Tally::parse);
  }

  /**
   * Waits for an answer.
   *
   * @param look what is done at the beginning and some times a second meanwhile
   * @throws IllegalStateException if that failed, or a node has ended
   */
  final <T> T await(CompletableFuture<T> answer, Duration atMost, Runnable look)
      throws InterruptedException, TimeoutException {
    CompletableFuture<?> either = CompletableFuture.anyOf(answer, broken);
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < atMost.toNanos()) {
      look.run();
      try {
        either.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return answer.join();
      } catch (TimeoutException e) {
        // Once more.
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause().getMessage(), e);
      }
    }
    throw new TimeoutException("not done in " + atMost);
  }

  @Override
  public final void close() {
    synchronized (nodes) {
      if (closed) {
        return;
      }
      closed = true;
      try {
        for (LineProcess program : programs) {
          program.close();
        }
        for (int i = nodes.size() - 1; i >= 0; i--) {
          nodes.get(i).end();
          nodes.get(i).awaitEnd(END_SECONDS);
        }
      } catch (InterruptedException e) {
        nodes.forEach(NodeProcess::kill);
        Thread.currentThread().interrupt();
      }
      Folders.delete(folder);
    }
  }
}
