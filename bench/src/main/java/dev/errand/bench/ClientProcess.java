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

/** A client as its parent sees it: {@link WorkLoop}. One piece of work at a time. */
final class ClientProcess {

  private static final long END_SECONDS = 10;

  private final Process process;
  private final Writer input;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final BlockingQueue<CompletableFuture<Tally>> asked = new LinkedBlockingQueue<>();

  private ClientProcess(Process process) {
    this.process = process;
    this.input = process.outputWriter(StandardCharsets.UTF_8);
    Thread reader = new Thread(this::read, "bench-client");
    reader.setDaemon(true);
    reader.start();
  }

  static ClientProcess start(ProcessBuilder builder) throws IOException {
    return new ClientProcess(builder.start());
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
    IllegalStateException end = new IllegalStateException("the client has ended");
    ready.completeExceptionally(end);
    asked.forEach(answer -> answer.completeExceptionally(end));
  }

  private static void answer(CompletableFuture<Tally> answer, String line) {
    try {
      answer.complete(Tally.parse(line));
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  /** When it has joined. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** When the work is done. */
  CompletableFuture<Tally> ask(Work work) {
    CompletableFuture<Tally> answer = new CompletableFuture<>();
    asked.add(answer);
    try {
      input.write(work.text() + "\n");
      input.flush();
    } catch (IOException e) {
      answer.completeExceptionally(new UncheckedIOException("the client has ended", e));
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
