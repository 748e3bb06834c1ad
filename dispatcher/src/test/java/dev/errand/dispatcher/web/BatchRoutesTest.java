package dev.errand.dispatcher.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.Await;
import dev.errand.dispatcher.core.Ledger;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchRoutesTest {

  private static final String BATCHES = "/api/v1/batches";

  private WebFixture web;

  @BeforeEach
  void open() {
    web = WebFixture.open();
  }

  @AfterEach
  void close() {
    web.close();
  }

  private static String line(String type, int payload) {
    return "{\"type\": \"" + type + "\", \"payload\": " + payload + "}\n";
  }

  private static String lines(String type, int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(i -> line(type, i))
        .collect(Collectors.joining());
  }

  private Ledger ledger() {
    return web.onLoop(() -> web.dispatch().snapshot().ledger());
  }

  private static List<Long> rejected(WebFixture.Answer answer) {
    JsonArray first = answer.json().getJsonObject("rejected").getJsonArray("first");
    List<Long> lines = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      lines.add(first.getJsonObject(i).getLong("line"));
    }
    return lines;
  }

  @Test
  void goodLinesAreTakenAndBadOnesNamed() {
    WebFixture.Answer answer =
        web.upload(
            "POST",
            BATCHES,
            line("held", 1)
                + "\r\n"
                + "{\"type\": \"held\", \"batch\": \"b\", \"idempotencyKey\": \"k\"}\n"
                + "   \n{\n"
                + line("held", 6)
                + "{\"type\": \"held\"}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    String id = answer.json().getString("id");
    assertThat(id).matches("[A-Za-z0-9][A-Za-z0-9._~-]{0,39}");
    assertThat(answer.header("Location")).isEqualTo(BATCHES + "/" + id);
    assertThat(answer.json().getInteger("accepted")).isEqualTo(3);
    assertThat(answer.json().containsKey("known")).isFalse();
    assertThat(answer.json().getJsonObject("rejected").getInteger("count")).isEqualTo(2);
    assertThat(rejected(answer)).containsExactly(3L, 5L);
    assertThat(answer.body()).contains("idempotencyKey is not for a line");
    JsonObject batch = web.get(BATCHES + "/" + id).json();
    assertThat(batch.getBoolean("live")).isTrue();
    assertThat(batch.getInteger("submitted")).isEqualTo(3);
    web.letGo();
    List<JsonObject> results = web.get(BATCHES + "/" + id + "/results?order=line").lines();
    assertThat(results).extracting(each -> each.getInteger("line")).containsExactly(1, 6, 7);
    assertThat(web.get(BATCHES + "/" + id).json().getInteger("succeeded")).isEqualTo(3);
    assertThat(web.get(BATCHES + "/" + id).json().getBoolean("live")).isFalse();
  }

  @Test
  void theSameLinesAgainAreTheSameTasks() {
    web.upload("PUT", BATCHES + "/mine", lines("held", 1, 10));
    WebFixture.Answer again = web.upload("PUT", BATCHES + "/mine", lines("held", 1, 15));
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.json().getString("id")).isEqualTo("mine");
    assertThat(again.json().getInteger("accepted")).isEqualTo(15);
    assertThat(again.json().getInteger("known")).isEqualTo(10);
    assertThat(ledger().submitted()).isEqualTo(15);
  }

  @Test
  void aTaskCanJoinABatch() {
    web.upload("PUT", BATCHES + "/mine", lines("echo", 1, 2));
    WebFixture.Answer joined =
        web.post("/api/v1/tasks", "{\"type\": \"echo\", \"payload\": 3, \"batch\": \"mine\"}");
    assertThat(joined.json().getString("batch")).isEqualTo("mine");
    List<JsonObject> results = web.get(BATCHES + "/mine/results").lines();
    assertThat(results)
        .extracting(each -> each.getInteger("result"))
        .containsExactlyInAnyOrder(1, 2, 3);
  }

  @Test
  void aHundredThousandLinesAreStreamedAndAllResultsComeOnce() {
    int count = 100_000;
    WebFixture.Answer answer = web.upload("PUT", BATCHES + "/large", lines("echo", 1, count));
    assertThat(answer.json().getInteger("accepted")).isEqualTo(count);
    Set<Integer> results = new HashSet<>();
    for (JsonObject each : web.get(BATCHES + "/large/results").lines()) {
      assertThat(results.add(each.getInteger("result"))).as("%s", each).isTrue();
      assertThat(each.getInteger("line")).isEqualTo(each.getInteger("result"));
      assertThat(each.containsKey("payload")).isFalse();
    }
    assertThat(results).hasSize(count);
  }

  @Test
  void resultsInTheOrderOfLinesWaitForEachOther() {
    web.upload("PUT", BATCHES + "/mixed", line("held", 1) + lines("echo", 2, 300));
    CompletableFuture<WebFixture.Answer> reading =
        CompletableFuture.supplyAsync(() -> web.get(BATCHES + "/mixed/results?order=line"));
    Await.until(() -> ledger().succeeded() == 299);
    assertThat(reading.isDone()).isFalse();
    web.letGo();
    assertThat(reading.join().lines())
        .extracting(each -> each.getInteger("line"))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 300).boxed().toList());
  }

  private void cutOff(String path, String body, long taken) throws IOException {
    try (Socket socket = web.socket()) {
      String head =
          "PUT "
              + path
              + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
              + "Content-Length: 100000000\r\n\r\n";
      socket.getOutputStream().write((head + body).getBytes(US_ASCII));
      Await.until(() -> ledger().submitted() >= taken);
    }
  }

  @Test
  void anUploadThatIsCutThreeTimesAndResumedGivesEachLineOnce() throws IOException {
    String body = lines("echo", 1, 5_000);
    for (int cut = 1; cut <= 3; cut++) {
      String part = body.substring(0, cut * body.length() / 4);
      cutOff(BATCHES + "/cut", part, part.chars().filter(each -> each == '\n').count());
    }
    WebFixture.Answer last = web.upload("PUT", BATCHES + "/cut", body);
    assertThat(last.json().getInteger("accepted")).isEqualTo(5_000);
    assertThat(last.json().getInteger("known")).isPositive();
    assertThat(web.get(BATCHES + "/cut/results").lines())
        .extracting(each -> each.getInteger("result"))
        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 5_000).boxed().toList());
    assertThat(ledger().submitted()).isEqualTo(5_000);
  }

  @Test
  void whatWasBegunWhenAnUploadWasCutIsNoLine() throws IOException {
    cutOff(BATCHES + "/half", line("echo", 1) + "{\"type\": \"echo\", \"payload\": 2}", 1);
    Await.until(() -> !web.get(BATCHES + "/half").json().getBoolean("live"));
    assertThat(web.get(BATCHES + "/half/results").lines()).hasSize(1);
    assertThat(ledger().submitted()).isOne();
  }

  @Test
  void aFullQueueStopsTheUploadAtALineFromWhichItGoesOn() {
    web.close();
    web = WebFixture.open(1_000);
    String body = lines("held", 1, 1_500);
    WebFixture.Answer answer = web.upload("PUT", BATCHES + "/full", body);
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.header("Retry-After")).isNotNull();
    assertThat(answer.json().getString("id")).isEqualTo("full");
    assertThat(answer.json().getInteger("accepted")).isEqualTo(1_000);
    assertThat(answer.json().getInteger("line")).isEqualTo(1_001);
    web.letGo();
    Await.until(() -> ledger().succeeded() == 1_000);
    String rest = "\n".repeat(1_000) + lines("held", 1_001, 1_500);
    assertThat(web.upload("PUT", BATCHES + "/full", rest).json().getInteger("accepted"))
        .isEqualTo(500);
    assertThat(web.get(BATCHES + "/full/results").lines()).hasSize(1_500);
  }

  @Test
  void anAtomicBatchIsTakenAsAWholeOrNotAtAll() {
    String path = BATCHES + "/whole?atomic=true";
    WebFixture.Answer bad = web.upload("PUT", path, lines("held", 1, 3) + "{}\n7\n");
    assertThat(bad.status()).isEqualTo(400);
    assertThat(bad.json().getJsonArray("errors").encode()).contains("line 4", "line 5");
    assertThat(ledger().submitted()).isZero();
    assertThat(web.get(BATCHES + "/whole").status()).isEqualTo(404);
    WebFixture.Answer good = web.upload("PUT", path, lines("held", 1, 3));
    assertThat(good.status()).isEqualTo(201);
    assertThat(good.json().getInteger("accepted")).isEqualTo(3);
    WebFixture.Answer again = web.upload("PUT", path, lines("held", 1, 4));
    assertThat(again.json().getInteger("known")).isEqualTo(3);
    assertThat(web.upload("PUT", path, "{\"type\": \"held\"}\n".repeat(100_001)).status())
        .isEqualTo(413);
    assertThat(ledger().submitted()).isEqualTo(4);
  }

  @Test
  void atomicUploadsThatAreNotAtTheirEndsShareTheMemoryOfTheLargest() throws IOException {
    String head =
        " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            + "Content-Length: 100000000\r\n\r\n";
    byte[] lines = "{\"type\":\"held\"}\n".repeat(100_000).getBytes(US_ASCII);
    List<Socket> sockets = new ArrayList<>();
    try {
      while (sockets.size() < 4) {
        Socket socket = web.socket();
        sockets.add(socket);
        String put = "PUT " + BATCHES + "/part-" + sockets.size() + "?atomic=true" + head;
        socket.getOutputStream().write(put.getBytes(US_ASCII));
        socket.getOutputStream().write(lines);
      }
      assertThat(firstAnswer(sockets)).startsWith("HTTP/1.1 429 ");
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static String firstAnswer(List<Socket> sockets) throws IOException {
    Await.until(() -> answered(sockets) != null);
    InputStream in = answered(sockets).getInputStream();
    return new BufferedReader(new InputStreamReader(in, US_ASCII)).readLine();
  }

  private static Socket answered(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      if (socket.getInputStream().available() > 0) {
        return socket;
      }
    }
    return null;
  }

  @Test
  void anAtomicBatchThatDoesNotFitIsRefusedAsAWhole() {
    web.close();
    web = WebFixture.open(10);
    WebFixture.Answer answer = web.upload("POST", BATCHES + "?atomic=true", lines("held", 1, 11));
    assertThat(answer.status()).isEqualTo(429);
    assertThat(ledger().submitted()).isZero();
  }

  @Test
  void aBatchIsCancelled() {
    web.upload("PUT", BATCHES + "/mine", lines("held", 1, 5) + lines("nobody", 6, 500));
    WebFixture.Answer answer = web.post(BATCHES + "/mine/cancel");
    assertThat(answer.json().getInteger("count")).isEqualTo(500);
    assertThat(web.get(BATCHES + "/mine").json().getInteger("cancelled")).isEqualTo(500);
    assertThat(web.get(BATCHES + "/mine/results").lines())
        .extracting(each -> each.getString("state"))
        .containsOnly("cancelled")
        .hasSize(500);
  }

  @Test
  void whatIsUnknownOrWrongIsSaid() {
    assertThat(web.get(BATCHES + "/none").status()).isEqualTo(404);
    assertThat(web.get(BATCHES + "/none/results").status()).isEqualTo(404);
    assertThat(web.post(BATCHES + "/none/cancel").status()).isEqualTo(404);
    assertThat(web.get(BATCHES + "/none/results?order=up").status()).isEqualTo(400);
    assertThat(web.upload("PUT", BATCHES + "/-", "").status()).isEqualTo(400);
    assertThat(web.upload("POST", BATCHES + "?atomic=yes", "").status()).isEqualTo(400);
    assertThat(web.post(BATCHES, "{}").status()).isEqualTo(415);
    assertThat(web.upload("POST", BATCHES, "").json().getInteger("accepted")).isZero();
  }

  @Test
  void aLineThatIsTooLongIsRejectedAndTheOthersAreNot() {
    String tooLong = "{\"type\": \"held\", \"payload\": \"" + "x".repeat(200_000) + "\"}\n";
    WebFixture.Answer answer =
        web.upload("POST", BATCHES, line("held", 1) + tooLong + line("held", 3));
    assertThat(answer.json().getInteger("accepted")).isEqualTo(2);
    assertThat(rejected(answer)).containsExactly(2L);
  }

  @Test
  void onlyTheFirstThousandBadLinesAreNamed() {
    WebFixture.Answer answer = web.upload("POST", BATCHES, "{}\n".repeat(3_000));
    assertThat(answer.json().getJsonObject("rejected").getInteger("count")).isEqualTo(3_000);
    assertThat(rejected(answer)).hasSize(1_000).startsWith(1L).endsWith(1_000L);
  }

  /** A reader that has read the head of the answer and goes on when the test says so. */
  private BufferedReader results(Socket socket, String batch) throws IOException {
    return results(socket, batch, "");
  }

  private BufferedReader results(Socket socket, String batch, String query) throws IOException {
    String path = BATCHES + "/" + batch + "/results" + query;
    String head = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(US_ASCII));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 OK");
    return in;
  }

  @Test
  void aSlowReaderGetsAllResultsOnceThoughTheyWereDropped() throws IOException {
    int count = 2_000;
    String payload = "\"" + "x".repeat(20_000) + "\"";
    web.upload("PUT", BATCHES + "/slow", line("held", 0));
    try (Socket socket = web.socket()) {
      BufferedReader in = results(socket, "slow");
      // Forty times what is kept for one reader.
      String body =
          line("held", 0) + ("{\"type\": \"echo\", \"payload\": " + payload + "}\n").repeat(count);
      assertThat(web.upload("PUT", BATCHES + "/slow", body).json().getInteger("accepted"))
          .isEqualTo(count + 1);
      Await.until(() -> ledger().succeeded() == count);
      web.letGo();
      List<Integer> lines = new ArrayList<>();
      for (String line = in.readLine(); !"0".equals(line); line = in.readLine()) {
        if (line.startsWith("{")) {
          lines.add(new JsonObject(line).getInteger("line"));
        }
      }
      Collections.sort(lines);
      assertThat(lines).isEqualTo(IntStream.rangeClosed(1, count + 1).boxed().toList());
    }
  }

  @Test
  void resultsEndWithTheLastThoughThoseBeforeAreStillBeingReadFromTheStore() throws IOException {
    web.upload("PUT", BATCHES + "/late", lines("held", 1, 3));
    web.holdLists();
    try (Socket socket = web.socket()) {
      BufferedReader in = results(socket, "late");
      Await.until(() -> web.heldLists() == 1);
      web.letGo();
      assertThat(in.lines().takeWhile(line -> !line.equals("0")))
          .filteredOn(line -> line.startsWith("{"))
          .hasSize(3);
    }
  }

  @Test
  void aReaderThatGoesAwayIsForgotten() throws IOException {
    web.upload("PUT", BATCHES + "/mine", lines("held", 1, 3));
    int before = web.onLoop(() -> web.dispatch().observers());
    try (Socket socket = web.socket()) {
      results(socket, "mine");
      Await.until(() -> web.onLoop(() -> web.dispatch().observers()) == before + 1);
    }
    Await.until(() -> web.onLoop(() -> web.dispatch().observers()) == before);
  }

  @Test
  void whatAReaderInOrderHasWaitedForIsForgottenWithIt() throws IOException {
    web.upload("PUT", BATCHES + "/mine", lines("held", 1, 3));
    try (Socket socket = web.socket()) {
      results(socket, "mine", "?order=line");
      Await.until(() -> web.onLoop(() -> web.dispatch().awaiting()) == 1);
    }
    Await.until(() -> web.onLoop(() -> web.dispatch().awaiting()) == 0);
  }

  @Test
  void resultsDoNotEndBeforeTheUploadDoes() throws IOException {
    try (Socket socket = web.socket()) {
      String head =
          "PUT "
              + BATCHES
              + "/open HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
              + "Content-Length: ";
      String first = line("echo", 1);
      String second = line("echo", 2);
      head += (first.length() + second.length()) + "\r\n\r\n";
      socket.getOutputStream().write((head + first).getBytes(US_ASCII));
      Await.until(() -> ledger().succeeded() == 1);
      CompletableFuture<WebFixture.Answer> reading =
          CompletableFuture.supplyAsync(() -> web.get(BATCHES + "/open/results"));
      web.onLoop(() -> null);
      socket.getOutputStream().write(second.getBytes(US_ASCII));
      assertThat(reading.join().lines()).hasSize(2);
      InputStream in = socket.getInputStream();
      assertThat(in.read()).isEqualTo('H');
    }
  }

  @Test
  void linesMayComeInPiecesOfAnySize() {
    HttpRequest.BodyPublisher pieces =
        HttpRequest.BodyPublishers.ofByteArrays(
            lines("echo", 1, 50).chars().mapToObj(each -> new byte[] {(byte) each}).toList());
    WebFixture.Answer answer =
        web.send(
            web.request(BATCHES + "/pieces")
                .header("Content-Type", "application/x-ndjson")
                .PUT(pieces));
    assertThat(answer.json().getInteger("accepted")).isEqualTo(50);
    assertThat(web.get(BATCHES + "/pieces/results").lines()).hasSize(50);
  }
}
