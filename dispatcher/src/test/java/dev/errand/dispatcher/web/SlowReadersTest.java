package dev.errand.dispatcher.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.Await;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in memory for those who read slowly shares a room. */
class SlowReadersTest {

  private static final String BATCH = "/api/v1/batches/large";
  private static final String LARGE = "\"" + "x".repeat(90_000) + "\"";

  /** More than the buffers of a connection take. */
  private static final int COUNT = 150;

  /** For one who reads, no more. */
  private static final long RESULTS = ResultStream.PAGE_BYTES + 2L * WebFixture.MOST_PAYLOAD;

  private static final long ANSWERS = 200_000;

  private final ByteRoom results = new ByteRoom(RESULTS);
  private final ByteRoom answers = new ByteRoom(ANSWERS);

  /** All readers read at once, on however few cores. */
  private final ExecutorService readers = Executors.newCachedThreadPool();

  private WebFixture web;

  @BeforeEach
  void open() {
    web =
        WebFixture.open(
            WebFixture.MOST_QUEUED, door -> door.share(new ByteRoom(1 << 20), results, answers));
  }

  @AfterEach
  void close() {
    readers.shutdownNow();
    web.close();
  }

  private static String task(String type) {
    return "{\"type\": \"" + type + "\", \"payload\": " + LARGE + "}";
  }

  private void upload(String type, int count) {
    assertThat(web.upload("PUT", BATCH, (task(type) + "\n").repeat(count)).status()).isEqualTo(201);
  }

  private void uploadEnded() {
    upload("echo", COUNT);
    Await.until(() -> web.onLoop(() -> web.dispatch().snapshot().ledger().succeeded()) == COUNT);
  }

  private boolean take(ByteRoom room, long bytes) {
    return web.onLoop(() -> room.take(bytes));
  }

  private void giveBack(ByteRoom room, long bytes) {
    web.onLoop(
        () -> {
          room.giveBack(bytes);
          return null;
        });
  }

  private void awaitWhole(ByteRoom room, long bytes) {
    Await.until(() -> take(room, bytes));
    assertThat(take(room, 1)).isFalse();
  }

  /** It has read the first line of the answer. */
  private BufferedReader read(Socket socket, String order) throws IOException {
    String head =
        "GET " + BATCH + "/results?order=" + order + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(US_ASCII));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 OK");
    return in;
  }

  private static List<Integer> lines(BufferedReader in) {
    return in.lines()
        .takeWhile(line -> !line.equals("0"))
        .filter(line -> line.startsWith("{"))
        .map(line -> new JsonObject(line).getInteger("line"))
        .sorted()
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"end", "line"})
  void nothingIsReadForAReaderBeforeThereIsRoom(String order) throws IOException {
    uploadEnded();
    assertThat(take(results, RESULTS)).isTrue();
    int before = web.reads();
    try (Socket socket = web.socket()) {
      BufferedReader in = read(socket, order);
      web.onLoop(() -> null);
      assertThat(web.reads()).isEqualTo(before);
      giveBack(results, RESULTS);
      assertThat(lines(in)).hasSize(COUNT).doesNotHaveDuplicates();
    }
    awaitWhole(results, RESULTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"end", "line"})
  void readersShareRoomForOneAndAllGoOn(String order) throws IOException {
    uploadEnded();
    List<Socket> sockets = new ArrayList<>();
    try {
      List<CompletableFuture<List<Integer>>> all = new ArrayList<>();
      // This one reads nothing, and goes in the end.
      Socket stuck = web.socket();
      sockets.add(stuck);
      read(stuck, order);
      for (int i = 0; i < 5; i++) {
        Socket socket = web.socket();
        sockets.add(socket);
        BufferedReader in = read(socket, order);
        all.add(CompletableFuture.supplyAsync(() -> lines(in), readers));
      }
      stuck.close();
      for (CompletableFuture<List<Integer>> each : all) {
        assertThat(each.join()).hasSize(COUNT).doesNotHaveDuplicates();
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    awaitWhole(results, RESULTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"end", "line"})
  void whatEndsWhenThereIsNoRoomIsReadLater(String order) throws IOException {
    upload("held", 20);
    try (Socket socket = web.socket()) {
      BufferedReader in = read(socket, order);
      // Nobody keeps room for what has not ended.
      Await.until(() -> take(results, RESULTS));
      web.letGo();
      giveBack(results, RESULTS);
      assertThat(lines(in)).hasSize(20).doesNotHaveDuplicates();
    }
    awaitWhole(results, RESULTS);
  }

  @Test
  void largeAnswersAreRefusedWhereThereIsNoRoomAndSmallOnesAreNot() {
    String path = web.post("/api/v1/tasks?wait=20s", task("echo")).header("Location");
    String small = web.post("/api/v1/tasks", "{\"type\": \"held\"}").header("Location");
    awaitWhole(answers, ANSWERS);
    WebFixture.Answer refused = web.get(path);
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.header("Retry-After")).isEqualTo("1");
    assertThat(web.get(small).status()).isEqualTo(200);
    giveBack(answers, ANSWERS);
    assertThat(web.get(path).body()).contains("\"result\":" + LARGE);
    awaitWhole(answers, ANSWERS);
  }

  @Test
  void aSubmissionIsAcknowledgedThoughThereIsNoRoomForItsResult() {
    assertThat(take(answers, ANSWERS)).isTrue();
    WebFixture.Answer answer = web.post("/api/v1/tasks?wait=20s", task("echo"));
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().getString("state")).isEqualTo("succeeded");
    assertThat(answer.json().containsKey("result")).isFalse();
    WebFixture.Answer held = web.post("/api/v1/tasks", task("held"));
    WebFixture.Answer cancelled = web.post(held.header("Location") + "/cancel");
    assertThat(cancelled.status()).isEqualTo(200);
    assertThat(cancelled.json().getString("state")).isEqualTo("cancelled");
    assertThat(cancelled.json().containsKey("result")).isFalse();
  }
}
