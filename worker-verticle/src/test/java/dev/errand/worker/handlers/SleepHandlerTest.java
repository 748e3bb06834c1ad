package dev.errand.worker.handlers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.api.TaskRejected;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class SleepHandlerTest {

  private static Object sleep(Vertx vertx, String json) throws Throwable {
    return new HandlerRun(json).of(new SleepHandler(), vertx);
  }

  @Test
  void itSleepsAsLongAsItIsTold(Vertx vertx) throws Throwable {
    long start = System.nanoTime();
    assertThat(sleep(vertx, "\"120ms\"")).isEqualTo("120ms");
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isBetween(119L, 20_000L);
    assertThat(sleep(vertx, "\"0s\"")).isEqualTo("0s");
  }

  @Test
  void itEndsEarlyWhenItIsCancelled(Vertx vertx) {
    HandlerRun run = new HandlerRun("\"5m\"");
    vertx.setTimer(20, any -> run.cancel().complete(CancelReason.TIMEOUT));
    assertThatThrownBy(() -> run.of(new SleepHandler(), vertx)).hasMessage("cancelled: TIMEOUT");
  }

  @Test
  void whatIsNoDurationIsRejected(Vertx vertx) {
    for (String json : List.of("20", "{}", "null", "[\"20s\"]")) {
      assertThatThrownBy(() -> sleep(vertx, json))
          .isInstanceOf(TaskRejected.class)
          .hasMessage("payload must be a duration such as \"250ms\", \"20s\" or \"5m\"");
    }
    for (String json : List.of("\"\"", "\"20\"", "\"-1s\"", "\"1.5s\"", "\"999999999999999d\"")) {
      assertThatThrownBy(() -> sleep(vertx, json))
          .isInstanceOf(TaskRejected.class)
          .hasMessageMatching("payload (must be|is too large for) a duration such as 250ms.*");
    }
    assertThatThrownBy(() -> sleep(vertx, "\"31d\""))
        .isInstanceOf(TaskRejected.class)
        .hasMessage("payload must be at most 30d, the longest timeout");
  }
}
