package dev.errand.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code errand status}. */
class StatusCommandTest {

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

  private static JsonObject stats() {
    JsonObject type =
        new JsonObject()
            .put("type", "square\033[2J\u009b2J\u202e")
            .put("queued", 12)
            .put("running", 3)
            .put("paused", true)
            .put("limit", 7)
            .put("oldestMillis", 61_000)
            .put("rates", new JsonObject().put("last10s", new JsonObject().put("ended", 5.3)))
            .put("workers", 1);
    JsonObject worker =
        new JsonObject()
            .put("id", "7f9d")
            .put("name", "worker-1")
            .put("types", new JsonArray().add("echo").add("square"))
            .put("slots", new JsonObject().put("blocking", 2).put("eventLoop", 1_000))
            .put("running", 3)
            .put("heardMillisAgo", 68)
            .put("draining", true);
    return new JsonObject()
        .put("submitted", 100)
        .put("queued", 12)
        .put(
            "verdict",
            new JsonObject()
                .put("ok", false)
                .put("code", "paused")
                .put("message", "'square' is paused with 12 tasks")
                .put("cause", "somebody paused it")
                .put("remedy", "go on with it"))
        .put("types", new JsonArray().add(type))
        .put("workers", new JsonArray().add(worker));
  }

  @Test
  void theVerdictComesFirstAndTheTablesAreAligned() {
    dispatcher.stats = stats();
    assertThat(shell.run("status")).isZero();
    assertThat(shell.out())
        .startsWith(
            "NOT OK (paused): 'square' is paused with 12 tasks\n"
                + "  why:  somebody paused it\n"
                + "  cure: go on with it\n\n")
        .contains(
            "submitted  scheduled  queued  running  succeeded  failed  cancelled\n"
                + "      100          -      12        -          -       -          -\n")
        .contains(
            "WORKER    ID    running  slots  loop slots  heard  STATE     TYPES\n"
                + "worker-1  7f9d        3      2        1000  0.1 s  draining  echo,square\n")
        .contains("1 min", "5.3/s", "paused")
        .doesNotContain("more types")
        .doesNotContain("\033", "\u009b", "\u202e");
  }

  @Test
  void typesThatAreNotToldAreCounted() {
    dispatcher.stats = stats().put("typeCount", 10_000);
    assertThat(shell.run("status")).isZero();
    assertThat(shell.out()).contains("\nand 9999 more types, which have less to do\n\nWORKER");
  }

  @Test
  void whatIsNotToldIsLeftEmpty() {
    dispatcher.stats = new JsonObject().put("types", new JsonArray().add(new JsonObject()));
    assertThat(shell.run("status")).isZero();
    assertThat(shell.out()).startsWith("no verdict\n").contains("TYPE", "WORKER");
  }

  @Test
  void programsGetTheJson() {
    dispatcher.stats = stats();
    assertThat(shell.run("status", "--json")).isZero();
    assertThat(new JsonObject(shell.out())).isEqualTo(stats());
    assertThat(shell.lines()).hasSize(1);
  }

  @Test
  void aWatchEndsWhenNobodyReadsIt() {
    dispatcher.stats = stats();
    ClosedOutput out = new ClosedOutput(1);
    shell.out = out;
    assertThat(shell.run("status", "--watch", "--json")).isZero();
    assertThat(new JsonObject(out.taken())).isEqualTo(stats());
    assertThat(dispatcher.requests()).containsExactly("GET /stats", "GET /stats");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void aWatchIsDrawnOnAClearTerminalAndOutlastsARestart() {
    dispatcher.stats = stats();
    ClosedOutput out =
        new ClosedOutput(1) {
          @Override
          void wasTaken() {
            dispatcher.notReady.set(1);
          }
        };
    shell.out = out;
    shell.onTerminal = true;
    assertThat(shell.run("status", "--watch")).isZero();
    assertThat(out.taken()).startsWith("\033[H\033[2JNOT OK (paused): 'square' is paused");
    assertThat(dispatcher.requests()).hasSize(3);
    assertThat(shell.err()).contains("it starts");
  }

  @Test
  void aStatusThatNobodyGetsIsAFailure() {
    dispatcher.stats = stats();
    shell.out = new ClosedOutput(0);
    assertThat(shell.run("status")).isEqualTo(1);
    assertThat(shell.err())
        .isEqualTo("errand: the standard output can't be written to: Broken pipe\n");
  }

  @Test
  void aDispatcherThatIsNotThereOrNotReadyEndsItWithFour() {
    dispatcher.notReady.set(1);
    assertThat(shell.run("status")).isEqualTo(4);
    dispatcher.close();
    assertThat(shell.run("status")).isEqualTo(4);
    assertThat(shell.err()).contains("it starts").contains("no dispatcher answers");
  }

  @Test
  void whatIsNoDispatcherIsNotTakenForOne() {
    assertThat(shell.run("status")).isEqualTo(4);
    dispatcher.stats = new JsonObject().put("types", new JsonObject());
    assertThat(shell.run("status")).isEqualTo(4);
    assertThat(shell.err().lines()).hasSize(2).allMatch(line -> line.contains("no dispatcher"));
  }
}
