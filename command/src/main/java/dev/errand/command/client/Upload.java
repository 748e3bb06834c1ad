package dev.errand.command.client;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;

/**
 * Sends the lines of a batch, segment by segment. What breaks is sent again: no line counts twice.
 */
final class Upload {

  private static final Duration USUAL_PAUSE = Duration.ofSeconds(1);

  /** A segment on a slow line, or before a slow disk. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Server server;
  private final String batch;
  private final Tally tally;
  private final Screen screen;
  private final Patience patience;
  private boolean isFullSaid;

  Upload(Server server, String batch, Tally tally, Screen screen, Patience patience) {
    this.server = server;
    this.batch = batch;
    this.tally = tally;
    this.screen = screen;
    this.patience = patience;
  }

  /**
   * Sends all.
   *
   * @throws dev.errand.config.launch.NodeFailure if the dispatcher is away for too long, or refuses
   *     the batch
   * @throws IOException if the lines can't be read
   */
  void send(Segments segments) throws IOException, InterruptedException {
    for (Segment each = segments.next(); each != null; each = segments.next()) {
      send(each);
    }
    tally.uploaded();
  }

  private void send(Segment segment) throws InterruptedException {
    Segment rest = segment;
    while (rest.tasks() > 0) {
      try {
        rest = took(rest, server.ask(put(rest)));
      } catch (IOException e) {
        patience.pause(e);
      }
    }
  }

  private HttpRequest put(Segment segment) {
    return server
        .request("/batches/" + batch)
        .header("Content-Type", "application/x-ndjson")
        .timeout(PATIENCE)
        .PUT(segment.body())
        .build();
  }

  /** What of it is to be sent again. */
  private Segment took(Segment segment, Answer answer) throws IOException, InterruptedException {
    if (answer.isAway()) {
      throw new IOException(answer.detail());
    }
    JsonObject body = answer.json();
    if (answer.isFine() && !(body.getValue("accepted") instanceof Number)) {
      throw Answer.ofSomeoneElse();
    }
    patience.answered();
    if (answer.isFine()) {
      return counted(body, segment, segment.next());
    }
    if (!answer.isFull()) {
      throw answer.failure();
    }
    if (!isFullSaid) {
      isFullSaid = true;
      screen.say("the dispatcher takes no more for now, waiting: " + answer.detail());
    }
    Segment rest = counted(body, segment, body.getLong("line", segment.first()));
    Duration later = answer.retryAfter();
    patience.waitFor(later == null ? USUAL_PAUSE : later);
    return rest;
  }

  private Segment counted(JsonObject body, Segment segment, long next) {
    Segment rest = segment.from(next);
    long told = 0;
    JsonObject rejected = body.getJsonObject("rejected", new JsonObject());
    for (Object each : rejected.getJsonArray("first", new JsonArray())) {
      JsonObject line = (JsonObject) each;
      tally.rejected(line.getLong("line"), problem(line.getValue("problem")));
      told++;
    }
    tally.rejectedBeside(rejected.getLong("count", told) - told);
    tally.sent(segment.tasks() - rest.tasks());
    return rest;
  }

  private static String problem(Object problem) {
    return problem instanceof JsonObject json
        ? json.getString("detail", json.encode())
        : String.valueOf(problem);
  }
}
