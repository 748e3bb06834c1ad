package dev.errand.dispatcher.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.errand.dispatcher.Await;
import dev.errand.dispatcher.web.WebFixture;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a program sees that knows the addresses and JSON. */
class BusDoorTest {

  private WebFixture node;

  @BeforeEach
  void open() {
    node = WebFixture.open();
    node.get(
        () ->
            new BusDoor(node.vertx(), node.turns(), node.dispatch(), Duration.ofMillis(50)).open());
  }

  @AfterEach
  void close() {
    node.close();
  }

  private CompletableFuture<JsonObject> asked(String what, Object body) {
    return node.vertx()
        .eventBus()
        .<JsonObject>request("errand.tasks." + what, body)
        .map(Message::body)
        .toCompletionStage()
        .toCompletableFuture();
  }

  private JsonObject ask(String what, Object body) {
    return asked(what, body).join();
  }

  private ReplyException refused(String what, Object body) {
    Throwable failure = catchThrowable(() -> asked(what, body).join());
    assertThat(failure)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(ReplyException.class);
    return (ReplyException) failure.getCause();
  }

  private static JsonObject task(String type) {
    return new JsonObject().put("type", type).put("payload", new JsonObject().put("n", 7));
  }

  @Test
  void whoWaitsGetsTheTaskWhenItHasEnded() {
    JsonObject ended = ask("submit", task("echo").put("wait", "20s"));
    assertThat(ended.getString("state")).isEqualTo("succeeded");
    assertThat(ended.getJsonObject("result").getInteger("n")).isEqualTo(7);
  }

  /** Where the machine is busy, such a short wait may be over before: then another one is not. */
  @Test
  void whoDoesNotSayHowLongWaitsAsIsUsual() {
    Await.until(() -> stateOfOneThatWaits("held").equals("running"));
    Await.until(() -> stateOfOneThatWaits("echo").equals("succeeded"));
  }

  private String stateOfOneThatWaits(String type) {
    return ask("submit", task(type).put("wait", "")).getString("state");
  }

  @Test
  void whoDoesNotWaitGetsItAtOnce() {
    JsonObject begun = ask("submit", task("held").put("priority", 9));
    assertThat(begun.getString("state")).isIn("queued", "running");
    assertThat(begun.getInteger("priority")).isEqualTo(9);
    JsonObject id = new JsonObject().put("id", begun.getString("id"));
    assertThat(ask("cancel", id).getString("state")).isEqualTo("cancelled");
    assertThat(ask("get", id).getString("state")).isEqualTo("cancelled");
    assertThat(refused("cancel", id).failureCode()).isEqualTo(409);
    assertThat(ask("retry", id).getString("state")).isIn("queued", "running");
  }

  @Test
  void whatIsWrongIsNamedAllAtOnce() {
    ReplyException refused =
        refused("submit", new JsonObject().put("wait", "6m").put("priority", 10).put("colour", 1));
    assertThat(refused.failureCode()).isEqualTo(400);
    assertThat(refused.getMessage()).contains("wait must", "priority must", "colour is", "type is");
  }

  @Test
  void whatIsNoTaskIsRefused() {
    for (Object body : new Object[] {"echo", 7, new byte[0]}) {
      assertThat(refused("submit", body).failureCode()).isEqualTo(400);
    }
    assertThat(refused("get", new JsonObject()).failureCode()).isEqualTo(400);
  }

  @Test
  void aTaskThatIsNotThereIsNotFoundWhateverItsIdLooksLike() {
    for (String what : new String[] {"get", "cancel", "retry"}) {
      for (String id : new String[] {"0000000000001", "nonsense", ""}) {
        ReplyException refused = refused(what, new JsonObject().put("id", id));
        assertThat(refused.failureCode()).as("%s '%s'", what, id).isEqualTo(404);
        assertThat(refused).hasMessageStartingWith("there is no task " + id);
      }
    }
  }

  @Test
  void aKeyThatBelongsToAnotherTaskIsAConflict() {
    JsonObject first = ask("submit", task("held").put("idempotencyKey", "k"));
    JsonObject again = ask("submit", task("held").put("idempotencyKey", "k"));
    assertThat(again.getString("id")).isEqualTo(first.getString("id"));
    ReplyException refused = refused("submit", task("echo").put("idempotencyKey", "k"));
    assertThat(refused.failureCode()).isEqualTo(409);
  }
}
