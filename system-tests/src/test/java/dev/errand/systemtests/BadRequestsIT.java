package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is sent over HTTP: the caller is told what is wrong, and nobody else notices. */
class BadRequestsIT {

  private static final long PATIENCE_MILLIS = 45_000;
  private static final long BETWEEN_MILLIS = 100;
  private static final int AT_ONCE = 24;
  private static final int NOT_IMPLEMENTED = 501;
  private static final int LEAST_CASES = 300;
  private static final int MOST_GROWTH_KILOBYTES = 150_000;
  private static final Pattern LEAK =
      Pattern.compile(
          "Exception|\tat |\\bio\\.(vertx|netty)|com\\.fasterxml|\\bjava\\.|dev\\.errand");

  private final Description description = Description.read();

  @TempDir Path folder;

  @Test
  void whateverIsSentIsRefusedInWordsOrClosedAndLeavesNothingBehind() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      NodeProcess dispatcher = cluster.dispatcher(HttpApi.withTokens(cluster.dispatcherConf()));
      cluster.worker("worker");
      HttpApi api = new HttpApi(cluster.port(), HttpApi.ADMIN);
      List<WrongRequest> requests = requests(api);
      // What a dispatcher loads and grows to once is no leak.
      mistakes(cluster.port(), requests.subList(requests.size() - LEAST_CASES, requests.size()));
      Books books = api.books();
      int open = open(dispatcher);
      long resident = residentKilobytes(dispatcher);

      List<String> mistakes = mistakes(cluster.port(), requests);

      System.out.println(
          requests.size() + " bad requests, " + mistakes.size() + " of them not refused well");
      assertThat(mistakes).as(String.join("\n", mistakes)).isEmpty();
      assertThat(requests).hasSizeGreaterThanOrEqualTo(LEAST_CASES);
      assertThat(api.books()).isEqualTo(books);
      assertThat(dispatcher.log())
          .noneMatch(line -> line.matches("\\s+at .*|.*( ERROR |Exception|Error:).*"));
      assertThat(residentKilobytes(dispatcher) - resident).isLessThan(MOST_GROWTH_KILOBYTES);
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(open(dispatcher)).isLessThanOrEqualTo(open));
      assertThat(api.run("square", 423).getString("result")).isEqualTo("423 * 423 = 178929");
    }
  }

  private List<WrongRequest> requests(HttpApi api) throws IOException {
    String task = api.run("square", 7).getString("id");
    String line = "{\"type\":\"square\",\"payload\":7}\n";
    api.lines("PUT", "/api/v1/batches/mine", line.getBytes(StandardCharsets.UTF_8));
    JsonObject worker = api.get("/api/v1/workers").json().getJsonArray("workers").getJsonObject(0);
    Map<String, String> samples =
        Map.of(
            "/api/v1/tasks/",
            task,
            "/api/v1/batches/",
            "mine",
            "/api/v1/types/",
            "square",
            "/api/v1/workers/",
            worker.getString("id"));
    // Those that have to wait for the end of all patience begin first.
    List<WrongRequest> requests = new ArrayList<>(new HandmadeRequests(HttpApi.ADMIN).all());
    requests.addAll(new GeneratedRequests(description, HttpApi.ADMIN, samples).all());
    return requests;
  }

  /** Open files and connections. */
  private static int open(NodeProcess node) throws IOException {
    try (Stream<Path> files =
        Files.list(Path.of("/proc", String.valueOf(node.handle().pid()), "fd"))) {
      return (int) files.count();
    }
  }

  private static long residentKilobytes(NodeProcess node) throws IOException {
    Path status = Path.of("/proc", String.valueOf(node.handle().pid()), "status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  private List<String> mistakes(int port, List<WrongRequest> requests) throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<String>> answers = new ArrayList<>();
      for (WrongRequest request : requests) {
        answers.add(callers.submit(() -> mistake(port, request)));
      }
      List<String> mistakes = new ArrayList<>();
      for (int i = 0; i < answers.size(); i++) {
        String mistake = answers.get(i).get();
        if (mistake != null) {
          mistakes.add(requests.get(i).name() + ": " + mistake);
        }
      }
      return mistakes;
    } finally {
      callers.shutdownNow();
    }
  }

  /** Null: it went as it should. */
  private String mistake(int port, WrongRequest request) {
    try {
      HttpAnswer answer = answer(port, request);
      return answer == null ? "no answer, and open yet" : mistake(request, answer);
    } catch (IOException | RuntimeException e) {
      return e.toString();
    }
  }

  private static HttpAnswer answer(int port, WrongRequest request) throws IOException {
    try (HttpWire wire = new HttpWire(port)) {
      HttpAnswer answer = null;
      for (int i = 0; i < request.parts().size() && answer == null; i++) {
        if (i > 0) {
          answer = wire.read(BETWEEN_MILLIS);
        }
        if (answer == null) {
          wire.send(request.parts().get(i));
        }
      }
      return answer == null ? wire.read(PATIENCE_MILLIS) : answer;
    }
  }

  private String mistake(WrongRequest request, HttpAnswer answer) {
    int status = answer.status();
    boolean right =
        switch (request.ending()) {
          case CLOSED -> status == 0 || isUnknownVersion(answer) || (status >= 400 && status < 500);
          case PROBLEM -> status >= 400 && status < 500;
          case INVALID -> status == 400;
        };
    if (!right) {
      return status + " " + cut(answer.body());
    }
    if (status == 0 || isUnknownVersion(answer)) {
      return null;
    }
    if (LEAK.matcher(answer.body()).find()) {
      return "its answer shows too much: " + cut(answer.body());
    }
    if (request.names() != null && !answer.body().contains(request.names())) {
      return "its answer does not name " + request.names() + ": " + cut(answer.body());
    }
    return answer.mediaType().equals("application/problem+json")
        ? malformed(answer)
        : "its answer is no problem but " + answer.mediaType() + ": " + cut(answer.body());
  }

  /** Vert.x itself says so, and closes. */
  private static boolean isUnknownVersion(HttpAnswer answer) {
    return answer.status() == NOT_IMPLEMENTED && answer.body().isEmpty();
  }

  private String malformed(HttpAnswer answer) {
    try {
      List<String> problems = description.schema("Problem").problems(answer.json(), "problem");
      boolean same = Integer.valueOf(answer.status()).equals(answer.json().getInteger("status"));
      return problems.isEmpty() && same ? null : problems + " " + cut(answer.body());
    } catch (DecodeException | ClassCastException e) {
      return "its answer is no JSON object: " + cut(answer.body());
    }
  }

  private static String cut(String text) {
    return text.length() > 300 ? text.substring(0, 300) + "…" : text;
  }
}
