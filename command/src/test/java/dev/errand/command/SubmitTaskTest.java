package dev.errand.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code errand submit TYPE PAYLOAD}. */
class SubmitTaskTest {

  private FakeDispatcher dispatcher;
  private Shell shell;

  @BeforeEach
  void start() throws Exception {
    dispatcher = new FakeDispatcher();
    shell = new Shell(dispatcher.url());
  }

  @AfterEach
  void stop() {
    dispatcher.close();
  }

  private static JsonObject task(String state) {
    return new JsonObject().put("id", "6h0t").put("type", "square").put("state", state);
  }

  private static JsonObject problem(int status, String detail) {
    return new JsonObject().put("status", status).put("detail", detail);
  }

  @Test
  void aTaskThatSucceedsIsPrinted() {
    dispatcher.answers.add(task("succeeded").put("result", "423 * 423 = 178929"));
    assertThat(shell.run("submit", "square", "423")).isZero();
    assertThat(new JsonObject(shell.out()).getString("result")).isEqualTo("423 * 423 = 178929");
    assertThat(shell.lines()).hasSize(1);
    assertThat(shell.err()).isEmpty();
    assertThat(dispatcher.requests()).containsExactly("POST /tasks");
    assertThat(dispatcher.tasks.get(0).getInteger("payload")).isEqualTo(423);
  }

  @Test
  void whoDoesNotSayHowLongWaitsAsTheDispatcherFindsUsual() {
    dispatcher.answers.add(task("running"));
    assertThat(shell.run("submit", "square", "1")).isEqualTo(5);
    assertThat(dispatcher.requests()).containsExactly("POST /tasks", "GET /tasks/6h0t?wait");
    assertThat(shell.err()).contains("task 6h0t is still running");
  }

  @Test
  void aTaskThatFailsIsPrintedAndItsErrorIsTold() {
    dispatcher.answers.add(
        task("failed").put("error", new JsonObject().put("message", "no\033[2J")));
    assertThat(shell.run("submit", "square", "423")).isEqualTo(1);
    assertThat(shell.lines()).hasSize(1);
    assertThat(shell.err()).contains("task 6h0t failed: no").doesNotContain("\033");
  }

  @Test
  void aRefusalDoesNotSteerTheTerminal() {
    dispatcher.answers.add(problem(400, "no\033[2J\u009b2J"));
    assertThat(shell.run("submit", "square", "423")).isEqualTo(2);
    assertThat(shell.err()).contains("says: no").doesNotContain("\033", "\u009b");
  }

  @Test
  void aWaitThatExpiresSaysHowToLookAgain() {
    JsonObject why = new JsonObject().put("message", "no worker offers 'square'");
    dispatcher.answers.add(task("queued").put("waitingFor", why));
    assertThat(shell.run("submit", "square", "1", "--wait", "50ms")).isEqualTo(5);
    assertThat(shell.err())
        .contains("still queued: no worker offers 'square'")
        .contains(dispatcher.url() + "/api/v1/tasks/6h0t");
    assertThat(shell.lines()).hasSize(1);
  }

  @Test
  void howToLookAgainNamesTheVariablesThatItTakes() {
    dispatcher.answers.add(task("queued"));
    shell.environment.put("ERRAND_TOKEN", "s3cret");
    assertThat(shell.run("submit", "square", "1", "--wait", "50ms")).isEqualTo(5);
    assertThat(shell.err())
        .contains(
            "look again: curl -s -H \"Authorization: Bearer $ERRAND_TOKEN\" '"
                + dispatcher.url()
                + "/api/v1/tasks/6h0t?wait=20s'")
        .doesNotContain("s3cret");
  }

  @Test
  void aWaitThatTheDispatcherCutsShortGoesOn() {
    dispatcher.answers.add(task("queued"));
    dispatcher.answers.add(task("running"));
    dispatcher.answers.add(task("succeeded"));
    assertThat(shell.run("submit", "square", "1", "--wait", "10m")).isZero();
    assertThat(dispatcher.requests()).hasSize(3);
    assertThat(dispatcher.requests())
        .startsWith("POST /tasks", "GET /tasks/6h0t?wait=300000ms")
        .last()
        .asString()
        .startsWith("GET /tasks/6h0t?wait=");
  }

  @Test
  void whoInterruptsItIsToldTheTask() throws Exception {
    dispatcher.answers.add(task("running"));
    ProcessBuilder command =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                ErrandCommand.class.getName(),
                "submit",
                "square",
                "1",
                "--wait=5m")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    command.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    command.environment().put("ERRAND_URL", dispatcher.url());
    Process process = command.start();
    try {
      Awaitility.await().atMost(1, TimeUnit.MINUTES).until(() -> dispatcher.requests().size() > 1);
      // Process.destroy() would close what it says.
      process.toHandle().destroy();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isEqualTo(143);
      assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("task 6h0t goes on; look again: curl -s '" + dispatcher.url())
          .hasLineCount(1);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void nobodyNeedsToWait() {
    dispatcher.answers.add(task("queued"));
    assertThat(shell.run("submit", "square", "1", "--wait", "0s")).isZero();
    assertThat(dispatcher.requests()).containsExactly("POST /tasks");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void allThatIsAskedForArrives() {
    dispatcher.answers.add(task("succeeded"));
    shell.environment.put("ERRAND_TOKEN", "s3cret");
    int code =
        shell.run(
            "submit",
            "echo",
            "{\"n\": 12345678901234567890123}",
            "--timeout=5s",
            "--expires-in=1h",
            "--delay=1ms",
            "--priority=7",
            "--max-attempts=2",
            "--backoff=250ms",
            "--idempotency-key=k",
            "--batch=b1",
            "--require",
            "gpu=a100",
            "--require",
            "zone=x");
    assertThat(code).isZero();
    assertThat(dispatcher.tasks.get(0).encode())
        .contains("12345678901234567890123")
        .contains("\"type\":\"echo\"")
        .contains("\"timeout\":\"5s\"")
        .contains("\"expiresIn\":\"1h\"")
        .contains("\"delay\":\"1ms\"")
        .contains("\"backoff\":\"250ms\"")
        .contains("\"priority\":7")
        .contains("\"maxAttempts\":2")
        .contains("\"idempotencyKey\":\"k\"")
        .contains("\"batch\":\"b1\"")
        .contains("\"require\":{\"gpu\":\"a100\",\"zone\":\"x\"}");
    assertThat(dispatcher.tokens).containsOnly("Bearer s3cret");
    assertThat(shell.out() + shell.err()).doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-5", "null", "\"text\"", "[1, 2]", "1e400"})
  void anyJsonIsAPayload(String payload) {
    dispatcher.answers.add(task("succeeded"));
    assertThat(shell.run("submit", "echo", payload)).isZero();
    assertThat(dispatcher.tasks).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "1, \"priority\": 9", "", "--tiemout", "{"})
  void whatIsNoJsonIsToldHowToBeQuoted(String payload) {
    assertThat(shell.run("submit", "echo", payload)).isEqualTo(2);
    assertThat(shell.err())
        .contains("PAYLOAD is ", "'\"text\"'", "./errand submit --help")
        .hasLineCount(1);
    assertThat(dispatcher.requests()).isEmpty();
  }

  @Test
  void anAnswerThatIsLostIsAskedForAgainWithTheSameKey() {
    dispatcher.answers.add(task("queued"));
    dispatcher.answers.add(task("succeeded"));
    dispatcher.notReady.set(2);
    assertThat(shell.run("submit", "square", "1", "--wait", "20s")).isZero();
    assertThat(dispatcher.requests()).hasSize(4);
    assertThat(dispatcher.tasks.get(0).getString("idempotencyKey")).isNotEmpty();
    assertThat(shell.err().lines()).hasSize(1).first().asString().contains("it starts");
  }

  @ParameterizedTest
  @CsvSource({"400,2", "401,2", "403,2", "409,2", "413,2", "429,1", "507,1", "500,1"})
  void aRefusalIsTold(int status, int code) {
    dispatcher.answers.add(problem(status, "it is so"));
    assertThat(shell.run("submit", "square", "1")).isEqualTo(code);
    assertThat(shell.err()).contains("it is so").hasLineCount(1);
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void whoHasAWrongTokenIsNotToldToSetOne() {
    dispatcher.answers.add(problem(401, "who are you"));
    assertThat(shell.run("submit", "square", "1")).isEqualTo(2);
    assertThat(shell.err()).contains("who are you (HTTP 401); set ERRAND_TOKEN to one");
    shell.environment.put("ERRAND_TOKEN", "s3cret");
    assertThat(shell.run("submit", "square", "1")).isEqualTo(2);
    assertThat(shell.err()).contains("who are you (HTTP 401); set ERRAND_TOKEN to one of those");
  }

  @Test
  void aDispatcherThatIsNotThereIsToldAtOnce() {
    dispatcher.close();
    assertThat(shell.run("submit", "square", "1")).isEqualTo(4);
    assertThat(shell.err())
        .contains("no dispatcher answers at " + dispatcher.url(), "ERRAND_URL")
        .doesNotContain("https");
  }

  @Test
  void whoIsHungUpOnIsToldThatTlsMayBeMissing() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread hangingUp = new Thread(() -> hangUp(other));
      hangingUp.start();
      shell.environment.put("ERRAND_URL", "http://127.0.0.1:" + other.getLocalPort());
      assertThat(shell.run("status")).isEqualTo(4);
      assertThat(shell.err()).contains("let it begin with https: if the dispatcher has http.tls");
    }
  }

  /** As who expects TLS does with what is none, until it is closed. */
  private static void hangUp(ServerSocket server) {
    try {
      while (true) {
        server.accept().close();
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  @Test
  void badVariablesAreWrongUse() {
    shell.environment.put("ERRAND_URL", "localhost:8080");
    assertThat(shell.run("submit", "square", "1")).isEqualTo(2);
    shell.environment.put("ERRAND_URL", dispatcher.url());
    shell.environment.put("ERRAND_TOKEN", "s3 cret");
    assertThat(shell.run("submit", "square", "1")).isEqualTo(2);
    shell.environment.remove("ERRAND_TOKEN");
    shell.environment.put("ERRAND_CA", "/no/such/file.pem");
    assertThat(shell.run("submit", "square", "1")).isEqualTo(2);
    assertThat(shell.err()).contains("ERRAND_URL 'localhost:8080'", "ERRAND_TOKEN", "ERRAND_CA");
    assertThat(shell.err()).doesNotContain("s3 cret");
  }

  @Test
  void wrongUseIsToldBeforeAnythingIsSent() {
    assertThat(shell.run("submit")).isEqualTo(2);
    assertThat(shell.run("nonsense")).isEqualTo(2);
    assertThat(shell.err()).contains("'nonsense'", "Usage: errand", "status");
    assertThat(shell.run("submit", "square", "1", "--timeout", "soon")).isEqualTo(2);
    assertThat(shell.run("submit", "square", "1", "--in-order")).isEqualTo(2);
    assertThat(shell.run("submit", "square", "1", "--batch", "no id")).isEqualTo(2);
    assertThat(shell.run("submit", "square", "1", "2")).isEqualTo(2);
    assertThat(dispatcher.requests()).isEmpty();
  }
}
