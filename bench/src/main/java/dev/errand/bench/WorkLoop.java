package dev.errand.bench;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * How a program talks to its parent: it says {@value #READY}; then a line answers each line of its
 * input. A client is told its {@link Work}, and answers with a {@link Tally}.
 */
final class WorkLoop {

  static final String READY = "ready";

  private static final String FAILURE = "failure";

  private WorkLoop() {}

  /** Works until the input ends. */
  static void answer(Function<Work, Future<Tally>> client) throws IOException {
    answerLines(line -> client.apply(Work.parse(line)).map(Tally::text));
  }

  /** Answers until the input ends. */
  static void answerLines(Function<String, Future<String>> program) throws IOException {
    System.out.println(READY);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      program
          .apply(line)
          .onSuccess(System.out::println)
          .onFailure(why -> System.out.println(failure(why)));
    }
  }

  /** The answer if it failed. */
  private static String failure(Throwable why) {
    return new JsonObject().put(FAILURE, String.valueOf(why.getMessage())).encode();
  }

  /** Why it failed; null: that answer does not say so. */
  static String failure(String answer) {
    return answer.startsWith("{") ? new JsonObject(answer).getString(FAILURE) : null;
  }

  /** Says that a worker can take tasks, and waits for the end of its input. */
  static void serve() throws IOException {
    System.out.println(READY);
    while (System.in.read() >= 0) {
      // Nothing is said to a worker.
    }
  }
}
