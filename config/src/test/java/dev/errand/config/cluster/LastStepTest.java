package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.config.LogLines;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LastStepTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final Promise<String> step = Promise.promise();
  private final LogLines log = new LogLines(LastStep.class);

  @AfterEach
  void close() {
    log.close();
    await().until(vertx.close()::isComplete);
  }

  @Test
  void oneThatNeverEndsIsGivenUpAndToldOf() {
    Future<String> ended =
        LastStep.within(context, Duration.ofMillis(10), "closing", step.future());
    Future<Context> after = ended.map(any -> Vertx.currentContext());
    await().until(after::isComplete);
    assertThat(after.result()).isSameAs(context);
    assertThat(ended.result()).isNull();
    assertThat(log.all()).containsExactly("WARN closing takes more than 10 ms: ends without");
  }

  @Test
  void oneThatEndsIsAsItWouldBeWithoutALimit() {
    Future<String> ended = LastStep.within(context, LONG, "closing", step.future());
    assertThat(ended.isComplete()).isFalse();
    step.complete("done");
    await().until(ended::isComplete);
    assertThat(ended.result()).isEqualTo("done");
    assertThat(log.all()).isEmpty();
  }

  @Test
  void soIsOneThatFails() {
    Future<String> ended = LastStep.within(context, LONG, "closing", step.future());
    step.fail("no");
    await().until(ended::isComplete);
    assertThat(ended.cause()).hasMessage("no");
    assertThat(log.all()).isEmpty();
  }
}
