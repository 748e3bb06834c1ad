package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.protocol.Addresses;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.client.SubmissionException;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Header;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What goes in comes out, up to the limit; what can't be read harms nobody. */
class PayloadIT {

  private static final int LIMIT = 1 << 20;
  private static JvmCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new JvmCluster(new JsonObject());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static Bytes echo(String json) throws Exception {
    return get(cluster.client.run(TaskRequest.ofJson("echo", Bytes.of(json)))).result();
  }

  @Test
  void payloadsPassUnchanged() throws Exception {
    List<String> all =
        List.of(
            "1",
            "0",
            "null",
            "true",
            "\"\"",
            "\"ü — 漢字 🧮 \\u0000 \\ud83e\\uddee\"",
            "-0.0",
            "1e400",
            "1.0",
            "123456789012345678901234567890123456789012345678901234567890",
            " [ 1 , 2 ] ",
            "{\"b\":1,\"a\":{\"c\":[[],{},null,1.10]},\"b2\":\"x\"}",
            "[".repeat(990) + "]".repeat(990));
    for (String json : all) {
      assertThat(echo(json).text()).isEqualTo(json);
    }
  }

  @Test
  void payloadsOfAllSizesUpToTheLimitPassUnchanged() throws Exception {
    for (int size : new int[] {2, 3, 127, 128, 129, 16_383, 16_384, 65_536, 262_144, LIMIT}) {
      String json = "\"" + "x".repeat(size - 2) + "\"";
      assertThat(echo(json).text()).isEqualTo(json);
    }
  }

  @Test
  void oneByteMoreIsRefused() {
    Bytes payload = Bytes.of("\"" + "x".repeat(LIMIT - 1) + "\"");
    assertThatThrownBy(() -> get(cluster.client.submit(TaskRequest.ofJson("echo", payload))))
        .hasRootCauseInstanceOf(SubmissionException.class)
        .hasMessageContaining("payload has 1048577 bytes, limits.payload allows 1048576");
  }

  @Test
  void whatIsNotOneJsonValueIsRefused() {
    for (String json :
        List.of(
            "",
            " ",
            "{",
            "[1,",
            "{\"a\" 1}",
            "1 2",
            "{} {}",
            "nul",
            "'x'",
            "NaN",
            "01",
            "\"a",
            "\"\u0001\"",
            "[".repeat(991) + "]".repeat(991))) {
      assertThatThrownBy(
              () -> get(cluster.client.submit(TaskRequest.ofJson("echo", Bytes.of(json)))))
          .as(json)
          .hasRootCauseInstanceOf(SubmissionException.class)
          .hasMessageContaining("payload ");
    }
    byte[] badUtf8 = {'"', (byte) 0xc3, '"'};
    assertThatThrownBy(
            () -> get(cluster.client.submit(TaskRequest.ofJson("echo", Bytes.of(badUtf8)))))
        .hasRootCauseInstanceOf(SubmissionException.class);
  }

  @Test
  void manyAtOnceComeBackEachToItsOwn() throws Exception {
    List<Task> tasks = new ArrayList<>();
    List<TaskRequest> requests = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      requests.add(TaskRequest.of("echo", "text " + i));
    }
    tasks.addAll(get(cluster.client.submitAll(requests)));
    for (int i = 0; i < tasks.size(); i++) {
      Task ended = get(cluster.client.await(tasks.get(i).id(), Duration.ofSeconds(20)));
      assertThat(ended.resultAs(String.class)).isEqualTo("text " + i);
    }
  }

  @Test
  void malformedFramesAreDroppedAndCounted() throws Exception {
    long before = malformed();
    Random random = new Random(7);
    int sent = 0;
    for (int length : new int[] {0, 1, 47, 63, 64, 65, 100, 1_000, Header.MAX_FRAME_BYTES + 1}) {
      byte[] noise = new byte[length];
      random.nextBytes(noise);
      cluster.clientNode.eventBus().send(Addresses.DISPATCHER, noise);
      sent++;
    }
    cluster.clientNode.eventBus().send(Addresses.DISPATCHER, "text");
    cluster.clientNode.eventBus().send(Addresses.DISPATCHER, new JsonObject().put("a", 1));
    sent += 2;
    for (FrameKind kind : FrameKind.values()) {
      byte[] cut = new byte[Header.BYTES];
      cut[0] = (byte) 0xE5;
      cut[1] = 9;
      cut[2] = (byte) kind.ordinal();
      cluster.clientNode.eventBus().send(Addresses.DISPATCHER, cut);
      sent++;
    }
    int expected = sent;
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(malformed()).isEqualTo(before + expected));
    assertThat(echo("\"still here\"").text()).isEqualTo("\"still here\"");
    assertThat(cluster.stats().getJsonArray("workers")).hasSize(1);
  }

  private static long malformed() throws Exception {
    return cluster.stats().getJsonObject("frames").getLong("malformed");
  }

  @Test
  void theLedgerAddsUp() throws Exception {
    get(cluster.client.call("square", 5, String.class));
    get(cluster.client.submit(TaskRequest.of("nobody-offers-this", 1)));
    JsonObject stats = cluster.stats();
    long sum = 0;
    for (TaskState state : TaskState.values()) {
      sum += stats.getLong(state.text());
    }
    assertThat(stats.getLong("submitted")).isPositive().isEqualTo(sum);
  }

  @Test
  void theProbesAnswer() throws Exception {
    assertThat(cluster.http("/livez").statusCode()).isEqualTo(200);
    assertThat(cluster.http("/readyz").statusCode()).isEqualTo(200);
    assertThat(cluster.http("/nowhere").statusCode()).isEqualTo(404);
  }
}
