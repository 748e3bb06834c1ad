package dev.errand.bench;

import io.vertx.core.Future;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * How a client talks to its parent: it says {@value #READY}; then each line of its input is {@link
 * Work}, and a {@link Tally} on a line answers it.
 */
final class WorkLoop {

  static final String READY = "ready";

  private WorkLoop() {}

  /** Answers until the input ends. */
  static void answer(Function<Work, Future<Tally>> client) throws IOException {
    System.out.println(READY);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      client
          .apply(Work.parse(line))
          .onSuccess(tally -> System.out.println(tally.text()))
          .onFailure(why -> System.out.println(Tally.failure(why)));
    }
  }

  /** Says that a worker can take tasks, and waits for the end of its input. */
  static void serve() throws IOException {
    System.out.println(READY);
    while (System.in.read() >= 0) {
      // Nothing is said to a worker.
    }
  }
}
