package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.Await;
import dev.errand.dispatcher.core.VirtualWorker;
import dev.errand.dispatcher.figures.NodeDraft;
import dev.errand.dispatcher.figures.NodeState;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

// What reads a socket is not interrupted.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventRoutesTest {

  private static final long SECONDS = 20;

  /** Of which no figures can be written. */
  private static final NodeState NO_NODE = new NodeDraft().members(null).state();

  private FiguresFixture fixture;

  @BeforeEach
  void open() {
    fixture = FiguresFixture.open();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private record Event(String name, String id, JsonObject data) {}

  /** One who listens. */
  private static final class Ear implements AutoCloseable {

    private final Socket socket;
    private final BufferedReader in;

    Ear(int port, String query, String header) throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
      String head =
          "GET /api/v1/events" + query + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + header + "\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** From now on it is told. */
    void begins() throws IOException {
      for (String line = in.readLine(); !line.startsWith("retry: "); line = in.readLine()) {
        assertThat(line).isNotNull();
      }
    }

    /** The next one; lengths of chunks lie between, and no event has such a line. */
    Event next() throws IOException {
      String id = null;
      String name = null;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("id: ")) {
          id = line.substring("id: ".length());
        } else if (line.startsWith("event: ")) {
          name = line.substring("event: ".length());
        } else if (line.startsWith("data: ")) {
          return new Event(name, id, new JsonObject(line.substring("data: ".length())));
        }
      }
      throw new AssertionError("the events have ended");
    }

    Event next(String name) throws IOException {
      Event event = next();
      while (!event.name().equals(name)) {
        event = next();
      }
      return event;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private Ear listen() throws IOException {
    return listen("", "");
  }

  private Ear listen(String query, String header) throws IOException {
    return new Ear(fixture.port(), query, header);
  }

  private void submit(int times) {
    fixture.get(
        () ->
            fixture
                .dispatch()
                .submitEach(
                    IntStream.range(0, times).mapToObj(i -> TaskRequest.of("square", i)).toList()));
  }

  @Test
  void figuresComeAtOnceAndEachSecond() throws IOException {
    try (Ear ear = listen()) {
      Event first = ear.next("stats");
      Event second = ear.next("stats");
      assertThat(first.data().getJsonObject("verdict").getBoolean("ok")).isTrue();
      assertThat(Long.parseLong(second.id())).isGreaterThan(Long.parseLong(first.id()));
      assertThat(second.data().getLong("seq")).isEqualTo(Long.parseLong(second.id()));
    }
  }

  @Test
  void figuresThatCanNotBeWrittenAreLeftOutAndTheNextComeToAll() throws IOException {
    fixture.node = NO_NODE;
    try (Ear early = listen()) {
      early.begins();
      assertThat(fixture.send(fixture.request("/api/v1/stats")).statusCode()).isEqualTo(500);
      fixture.node = NodeState.ALONE;
      early.next("stats");
      try (Ear late = listen()) {
        late.next("stats");
      }
    }
    assertThat(fixture.uncaught).isEmpty();
  }

  @Test
  void figuresThatCanNotBeReadAreLeftOutAndTheNextCome() throws IOException {
    try (Ear ear = listen()) {
      ear.next("stats");
      fixture.node = null;
      Await.until(() -> !fixture.uncaught.isEmpty());
      fixture.node = NodeState.ALONE;
      submit(1);
      ear.next("task");
      ear.next("stats");
    }
  }

  @Test
  void answersThatAreWrittenInARowDoNotHoldUpEvents() throws Exception {
    CountDownLatch until = new CountDownLatch(1);
    fixture.blockRow(until);
    CompletableFuture<HttpResponse<String>> types = fixture.begin("/api/v1/types");
    try (Ear ear = listen()) {
      ear.next("stats");
      assertThat(types).isNotDone();
    } finally {
      until.countDown();
    }
    assertThat(types.get(SECONDS, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  @Test
  void whoeverComesLaterDoesNotGetFiguresOfLongAgo() throws IOException {
    try (Ear ear = listen()) {
      ear.next("stats");
    }
    Await.until(() -> fixture.onLoop(() -> fixture.events().listeners()) == 0);
    submit(3);
    fixture.onLoop(
        () -> {
          IntStream.range(0, 6).forEach(any -> fixture.events().turn());
          return null;
        });
    try (Ear ear = listen()) {
      assertThat(ear.next("stats").data().getInteger("submitted")).isEqualTo(3);
    }
  }

  @Test
  void figuresOfAnEventCanBeAskedForAgain() throws IOException {
    try (Ear ear = listen()) {
      submit(3);
      ear.next("stats");
      Event stats = ear.next("stats");
      assertThat(fixture.json("/api/v1/stats?seq=" + stats.id())).isEqualTo(stats.data());
    }
  }

  @Test
  void whatHappensToATaskIsTold() throws IOException {
    VirtualWorker worker = fixture.worker("w", 1, "square");
    try (Ear ear = listen()) {
      ear.next("stats");
      submit(1);
      Event queued = ear.next("task");
      assertThat(queued.data().getString("state")).isEqualTo("queued");
      assertThat(queued.data().containsKey("payload")).isFalse();
      Event running = ear.next("task");
      assertThat(running.data().getString("state")).isEqualTo("running");
      assertThat(running.data().getString("worker")).isEqualTo("w");
      assertThat(running.data().getString("workerId")).isEqualTo("1");
      assertThat(running.data().getInteger("attempt")).isOne();
      fixture.onLoop(
          () -> {
            worker.all().forEach(grant -> worker.succeeds(grant, "49"));
            worker.link().flush();
            return null;
          });
      Event ended = ear.next("task");
      assertThat(ended.data().getString("state")).isEqualTo("succeeded");
      assertThat(ended.data().getString("outcome")).isEqualTo("succeeded");
      assertThat(ended.data().getString("id")).isEqualTo(queued.data().getString("id"));
      assertThat(ended.data().getInstant("finishedAt"))
          .isAfterOrEqualTo(ended.data().getInstant("startedAt"));
      assertThat(ended.data().containsKey("result")).isFalse();
    }
  }

  private static JsonObject next(Ear ear, String state) throws IOException {
    JsonObject task = ear.next("task").data();
    assertThat(task.getString("state")).as(task.encode()).isEqualTo(state);
    return task;
  }

  private static void begins(JsonObject task, String worker, int attempt) {
    assertThat(task.getString("worker")).isEqualTo(worker);
    assertThat(task.getInteger("attempt")).isEqualTo(attempt);
    assertThat(task.getInstant("startedAt")).isNotNull();
    assertThat(task.containsKey("outcome")).isFalse();
    assertThat(task.containsKey("endedAt")).isFalse();
  }

  private static void ends(JsonObject task, JsonObject begun, String outcome) {
    assertThat(task.getString("outcome")).isEqualTo(outcome);
    for (String same : List.of("id", "type", "worker", "workerId", "attempt", "startedAt")) {
      assertThat(task.getValue(same)).as(same).isEqualTo(begun.getValue(same));
    }
    assertThat(task.getInstant("endedAt")).isAfterOrEqualTo(task.getInstant("startedAt"));
  }

  /** From these alone each can be drawn in its worker's lane. */
  @Test
  void eachAttemptIsSeenToBeginAndToEnd() throws IOException {
    VirtualWorker worker = fixture.worker("w", 1, "square");
    try (Ear ear = listen()) {
      ear.next("stats");
      submit(1);
      next(ear, "queued");
      JsonObject first = next(ear, "running");
      begins(first, "w", 1);
      fixture.onLoop(
          () -> {
            worker.fails(worker.all().get(0), ErrorKind.HANDLER);
            worker.link().flush();
            return null;
          });
      JsonObject failed = next(ear, "scheduled");
      ends(failed, first, "failed");
      assertThat(failed.getJsonObject("error").getString("kind")).isEqualTo("handler");
      JsonObject second = next(ear, "running");
      begins(second, "w", 2);
      fixture.lose(worker, "w");
      ends(next(ear, "queued"), second, "lost");
      fixture.worker("w2", 1, "square");
      JsonObject third = next(ear, "running");
      begins(third, "w2", 3);
      assertThat(third.getString("workerId")).isEqualTo("2");
      fixture.get(() -> fixture.dispatch().cancel(TaskId.parse(third.getString("id"))));
      ends(next(ear, "cancelled"), third, "cancelled");
    }
  }

  @Test
  void workersAreSeenToComeDrainAndGo() throws IOException {
    try (Ear ear = listen()) {
      ear.next("stats");
      VirtualWorker worker = fixture.worker("w", 1, "square");
      assertThat(ear.next("worker").data())
          .isEqualTo(new JsonObject().put("id", "1").put("name", "w").put("change", "came"));
      fixture.post("/api/v1/workers/1/drain");
      assertThat(ear.next("worker").data().getString("change")).isEqualTo("draining");
      fixture.lose(worker, "w");
      assertThat(ear.next("worker").data().getString("change")).isEqualTo("lost");
    }
  }

  @Test
  void whatIsDoneOverHttpIsTold() throws IOException {
    try (Ear ear = listen()) {
      ear.next("stats");
      fixture.put("/api/v1/types/square", "{\"paused\": true}");
      Event action = ear.next("action");
      assertThat(action.id()).isEqualTo(action.data().getLong("seq").toString());
      assertThat(action.data())
          .isEqualTo(fixture.json("/api/v1/actions").getJsonArray("actions").getJsonObject(0));
      assertThat(action.data().getString("action")).isEqualTo("pause");
    }
  }

  @Test
  void numbersAscend() throws IOException {
    try (Ear ear = listen()) {
      long last = 0;
      for (int i = 0; i < 200; i++) {
        if (i % 20 == 0) {
          submit(20);
        }
        Event event = ear.next();
        if (event.id() != null) {
          assertThat(Long.parseLong(event.id())).isGreaterThan(last);
          last = Long.parseLong(event.id());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"'', 'Last-Event-ID: %s\r\n'", "'?lastEventId=%s', ''"})
  void whoeverWasCutOffGetsWhatItMissed(String query, String header) throws IOException {
    List<String> seen = new ArrayList<>();
    String last;
    try (Ear ear = listen()) {
      ear.next("stats");
      submit(3);
      Event event = ear.next("task");
      last = event.id();
      seen.add(event.data().getString("id"));
    }
    submit(4);
    try (Ear ear = listen(String.format(query, last), String.format(header, last))) {
      for (int i = 0; i < 6; i++) {
        seen.add(ear.next("task").data().getString("id"));
      }
      assertThat(seen).doesNotHaveDuplicates();
    }
  }

  @Test
  void whoeverWasAwayForTooLongIsToldToBeginAnew() throws IOException {
    try (Ear ear = listen("", "Last-Event-ID: 17\r\n")) {
      Event reset = ear.next();
      assertThat(reset.name()).isEqualTo("reset");
      assertThat(Long.parseLong(reset.id())).isGreaterThan(17);
    }
    try (Ear ear = listen("", "Last-Event-ID: 900000000000000000\r\n")) {
      assertThat(ear.next().name()).isEqualTo("reset");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "1.5", "99999999999999999999"})
  void whatIsNoNumberOfAnEventIsNamed(String id) {
    HttpResponse<String> answer = fixture.send(fixture.request("/api/v1/events?lastEventId=" + id));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("lastEventId");
  }

  /**
   * The changes take two turns to be told: figures that come in between, with the count, are not
   * for this listener. Then there are none in the next ones, and it is done again.
   */
  @Test
  void ofTooManyChangesSomeAreLeftOutAndCounted() throws IOException {
    try (Ear ear = listen()) {
      ear.next("stats");
      int shown = 0;
      long omitted = 0;
      int figures = 0;
      while (shown + omitted < 5_000) {
        if (figures == 0) {
          submit(5_000);
          shown = 0;
          omitted = 0;
          figures = 3;
        }
        Event event = ear.next();
        if (event.name().equals("task")) {
          shown++;
        } else if (event.name().equals("stats")) {
          omitted += event.data().getLong("omitted");
          figures--;
        }
      }
      assertThat(shown).isBetween(100, 1_000);
      assertThat(shown + omitted).isEqualTo(5_000);
    }
  }

  @Test
  void thereAreNoMoreListenersThanTheMost() throws IOException {
    List<Ear> ears = new ArrayList<>();
    try {
      for (int i = 0; i < EventStream.MOST_LISTENERS; i++) {
        ears.add(listen());
      }
      assertThat(ears.get(EventStream.MOST_LISTENERS - 1).next().name()).isEqualTo("stats");
      HttpResponse<String> answer = fixture.send(fixture.request("/api/v1/events"));
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("retry-after")).isPresent();
    } finally {
      for (Ear ear : ears) {
        ear.close();
      }
    }
    Await.until(
        () -> {
          try (Ear ear = listen()) {
            return ear.in.readLine().contains("200");
          }
        });
  }
}
