package dev.errand.command.client;

import dev.errand.config.launch.ExitCode;
import dev.errand.protocol.TaskState;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Submits one task, waits for its end, and prints it. */
final class SingleSubmission {

  /** The longest a dispatcher lets one request wait. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final Surroundings around;
  private final Server server;
  private final Screen screen;
  private final Patience patience;
  private final Duration wait;
  private final long begun = System.nanoTime();

  /**
   * One task.
   *
   * @param wait how long its end is waited for; zero: not at all; null: once, for as long as the
   *     dispatcher finds usual
   */
  SingleSubmission(Surroundings around, Server server, Duration wait, Duration retryFor) {
    this.around = around;
    this.server = server;
    this.wait = wait;
    this.screen = new Screen(around);
    this.patience = new Patience(server, screen, retryFor);
  }

  /**
   * Does it.
   *
   * @param task its JSON, with an idempotency key: it may be sent more than once
   * @return an {@link ExitCode}
   */
  int submit(String task) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        server
            .request("/tasks")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(task));
    Answer answer = await(ask(request));
    print(answer.body());
    return ended(answer.json());
  }

  /** The end of the task in that answer, or how it stands when the wait is over. */
  private Answer await(Answer submitted) throws IOException, InterruptedException {
    Answer answer = submitted;
    String id = answer.json().getString("id");
    OnInterrupt onInterrupt =
        new OnInterrupt(() -> screen.say("task " + id + " goes on; " + lookAgain(id)));
    try {
      boolean isOver = Duration.ZERO.equals(wait);
      while (!state(answer.json()).terminal() && !isOver) {
        answer = ask(server.request("/tasks/" + id + waitQuery()).GET());
        isOver = wait == null || left().isZero();
      }
      return answer;
    } finally {
      onInterrupt.close();
    }
  }

  private String lookAgain(String id) {
    return "look again: " + server.curl("/tasks/" + id + "?wait=20s");
  }

  private Answer ask(HttpRequest.Builder request) throws InterruptedException {
    while (true) {
      try {
        Answer answer = server.ask(request.timeout(longest().plus(ANSWER)).build());
        if (answer.isFine()) {
          patience.answered();
          return answer;
        }
        if (!answer.isAway()) {
          throw answer.failure();
        }
        throw new IOException(answer.detail());
      } catch (IOException e) {
        patience.pause(e);
      }
    }
  }

  private static TaskState state(JsonObject task) throws IOException {
    String state = task.getString("state", "");
    return Arrays.stream(TaskState.values())
        .filter(each -> each.text().equals(state))
        .findAny()
        .orElseThrow(() -> new IOException("the answer is no task: " + task.encode()));
  }

  private Duration longest() {
    return wait == null ? LONGEST_WAIT : left();
  }

  private String waitQuery() {
    return wait == null
        ? "?wait"
        : "?wait=" + Math.min(left().toMillis(), LONGEST_WAIT.toMillis()) + "ms";
  }

  private Duration left() {
    long millis = wait.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    return Duration.ofMillis(Math.max(0, millis));
  }

  private void print(byte[] task) throws IOException {
    byte[] line = Arrays.copyOf(task, task.length + 1);
    for (int i = 0; i < task.length; i++) {
      // In JSON they stand between tokens only.
      if (line[i] == '\n' || line[i] == '\r') {
        line[i] = ' ';
      }
    }
    line[task.length] = '\n';
    around.print(line);
  }

  private int ended(JsonObject task) throws IOException {
    String id = task.getString("id");
    TaskState state = state(task);
    if (state == TaskState.SUCCEEDED || Duration.ZERO.equals(wait)) {
      return ExitCode.DONE;
    }
    if (!state.terminal()) {
      JsonObject why = task.getJsonObject("waitingFor", new JsonObject());
      String because = why.containsKey("message") ? ": " + why.getString("message") : "";
      screen.say("task " + id + " is still " + state.text() + because + "; " + lookAgain(id));
      return ExitCode.WAIT_EXPIRED;
    }
    JsonObject error = task.getJsonObject("error", new JsonObject());
    String message = error.containsKey("message") ? ": " + error.getString("message") : "";
    screen.say("task " + id + " " + state.text() + message);
    return ExitCode.FAILED;
  }
}
