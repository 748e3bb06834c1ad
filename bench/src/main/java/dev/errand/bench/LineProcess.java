package dev.errand.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A program as its parent sees it: {@link WorkLoop}. It is asked one thing at a time. */
final class LineProcess {

  private static final long END_SECONDS = 10;

  private final Process process;
  private final Writer input;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final BlockingQueue<CompletableFuture<String>> asked = new LinkedBlockingQueue<>();

  private LineProcess(Process process) {
    this.process = process;
    this.input = process.outputWriter(StandardCharsets.UTF_8);
    Thread reader = new Thread(this::read, "bench-client");
    reader.setDaemon(true);
    reader.start();
  }

  static LineProcess start(ProcessBuilder builder) throws IOException {
    return new LineProcess(builder.start());
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(WorkLoop.READY)) {
          ready.complete(null);
        } else {
          answer(asked.take(), line);
        }
      }
    } catch (IOException e) {
      // The same as its end.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    IllegalStateException end = new IllegalStateException("it has ended");
    ready.completeExceptionally(end);
    asked.forEach(answer -> answer.completeExceptionally(end));
  }

  private static void answer(CompletableFuture<String> answer, String line) {
    String why = WorkLoop.failure(line);
    if (why == null) {
      answer.complete(line);
    } else {
      answer.completeExceptionally(new IllegalStateException(why));
    }
  }

  /** When it has joined. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Tells it what to do: its answer, when that is done. */
  CompletableFuture<String> ask(String line) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    asked.add(answer);
    try {
      input.write(line + "\n");
      input.flush();
    } catch (IOException e) {
      answer.completeExceptionally(new UncheckedIOException("it has ended", e));
    }
    return answer;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Ends it, and waits for that. */
  void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
