package dev.errand.command.client;

import dev.errand.protocol.Bytes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * Copies the ends of a batch's tasks to standard output, each once, until the last. What breaks is
 * asked for again from the start, without the lines that were copied.
 */
final class Results {

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int LONGEST_LINE = 64 << 20;
  private static final long GOOD_NANOS = 10_000_000_000L;
  private static final Duration PROBE = Duration.ofSeconds(10);
  private static final long SILENCE_NANOS = 15_000_000_000L;

  private final Server server;
  private final String path;
  private final Tally tally;
  private final Patience patience;
  private final OutputStream out;
  private volatile InputStream open;
  private volatile long heard;
  private volatile boolean isBroken;

  /**
   * Of that batch.
   *
   * @param path of the results, with its query
   */
  Results(Server server, String path, Tally tally, Patience patience, OutputStream out) {
    this.server = server;
    this.path = path;
    this.tally = tally;
    this.patience = patience;
    this.out = new BufferedOutputStream(out, BUFFER_BYTES);
  }

  /**
   * Copies all.
   *
   * @throws OutputClosedException if nobody reads the standard output any more
   * @throws dev.errand.config.launch.NodeFailure if the dispatcher is away for too long, or refuses
   */
  void copy() throws IOException, InterruptedException {
    Tally.Figures before = tally.awaitMore();
    while (!before.isComplete()) {
      long begun = System.nanoTime();
      try {
        copyOnce();
        if (before.isUploaded()) {
          return;
        }
      } catch (OutputClosedException e) {
        throw e;
      } catch (IOException e) {
        if (System.nanoTime() - begun > GOOD_NANOS) {
          patience.answered();
        }
        patience.pause(e);
      }
      before = tally.awaitMore();
    }
  }

  /** Copies one answer to its end. */
  private void copyOnce() throws IOException, InterruptedException {
    heard = System.nanoTime();
    isBroken = false;
    HttpRequest request = server.request(path).GET().build();
    HttpResponse<InputStream> response = server.send(request, BodyHandlers.ofInputStream());
    try (InputStream in = response.body()) {
      Answer head = new Answer(response.statusCode(), response.headers(), new byte[0]);
      if (!head.isFine()) {
        refused(new Answer(head.status(), head.headers(), in.readAllBytes()));
      }
      open = in;
      copy(new LineReader(in, LONGEST_LINE));
    } finally {
      open = null;
    }
    if (isBroken) {
      throw new IOException("it has become silent");
    }
  }

  private static void refused(Answer answer) throws IOException {
    if (answer.isAway() || answer.isFull()) {
      throw new IOException(answer.detail());
    }
    throw answer.failure();
  }

  private void copy(LineReader lines) throws IOException {
    for (Bytes line = lines.next(); line != null; line = lines.next()) {
      heard = System.nanoTime();
      patience.answered();
      if (line.length() > 0 && tally.ended(ResultLine.of(line))) {
        write(line);
      }
      if (!lines.hasLine()) {
        flush();
      }
    }
  }

  private void write(Bytes line) throws OutputClosedException {
    try {
      out.write(line.array(), line.offset(), line.length());
      out.write('\n');
    } catch (IOException e) {
      throw new OutputClosedException(e);
    }
  }

  private void flush() throws OutputClosedException {
    try {
      out.flush();
    } catch (IOException e) {
      throw new OutputClosedException(e);
    }
  }

  /**
   * Looks, after a long silence, whether the dispatcher is still there: a host that has lost its
   * power closes no connection. Called from another thread, again and again.
   */
  void probe(String batchPath) throws InterruptedException {
    InputStream in = open;
    if (in == null || System.nanoTime() - heard < SILENCE_NANOS) {
      return;
    }
    try {
      server.ask(server.request(batchPath).timeout(PROBE).GET().build());
      heard = System.nanoTime();
    } catch (IOException e) {
      isBroken = true;
      close(in);
    }
  }

  private static void close(InputStream in) {
    try {
      in.close();
    } catch (IOException e) {
      // It is broken anyway.
    }
  }

  /** Nobody reads what is written. */
  static final class OutputClosedException extends IOException {
    private static final long serialVersionUID = 1;

    private OutputClosedException(IOException cause) {
      super("the standard output is closed: " + cause.getMessage(), cause);
    }
  }
}
