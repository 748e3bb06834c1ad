package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A verticle that knows three addresses and JSON can use the system. */
class BusAddressesIT {

  private static JvmCluster cluster;

  /** Has no library but Vert.x. */
  private static final class Asker extends VerticleBase {

    private static final DeliveryOptions LONGER_THAN_THE_WAIT =
        new DeliveryOptions().setSendTimeout(25_000);

    Future<JsonObject> ask(String address, JsonObject body) {
      return vertx
          .eventBus()
          .<JsonObject>request(address, body, LONGER_THAN_THE_WAIT)
          .map(answer -> answer.body());
    }
  }

  private static Asker asker;

  @BeforeAll
  static void begins() throws Exception {
    cluster = new JvmCluster(new JsonObject());
    asker = new Asker();
    get(cluster.clientNode.deployVerticle(asker));
  }

  @AfterAll
  static void ends() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static JsonObject square(int number) {
    return new JsonObject().put("type", "square").put("payload", number);
  }

  private static JsonObject id(JsonObject task) {
    return new JsonObject().put("id", task.getString("id"));
  }

  private static ReplyException failure(String address, JsonObject body) {
    ExecutionException failure =
        catchThrowableOfType(ExecutionException.class, () -> get(asker.ask(address, body)));
    assertThat(failure).hasCauseInstanceOf(ReplyException.class);
    return (ReplyException) failure.getCause();
  }

  private static void conforms(JsonObject task) {
    assertThat(Description.read().schema("Task").problems(task, "task")).isEmpty();
  }

  @Test
  void squaresANumberByOneRequest() throws Exception {
    JsonObject task = get(asker.ask("errand.tasks.submit", square(423).put("wait", "20s")));
    assertThat(task.getString("result")).isEqualTo("423 * 423 = 178929");
    assertThat(task.getString("state")).isEqualTo("succeeded");
    conforms(task);
  }

  @Test
  void submitsThenAsks() throws Exception {
    JsonObject later = square(7).put("delay", "1h").put("idempotencyKey", "later");
    JsonObject task = get(asker.ask("errand.tasks.submit", later));
    assertThat(task.getString("state")).isEqualTo("scheduled");
    assertThat(task.getJsonObject("waitingFor").getString("code")).isEqualTo("delay");
    conforms(task);
    assertThat(get(asker.ask("errand.tasks.submit", later)).getString("id"))
        .isEqualTo(task.getString("id"));
    assertThat(get(asker.ask("errand.tasks.get", id(task))).getString("id"))
        .isEqualTo(task.getString("id"));
    assertThat(get(asker.ask("errand.tasks.cancel", id(task))).getString("state"))
        .isEqualTo("cancelled");
    assertThat(failure("errand.tasks.cancel", id(task)).failureCode()).isEqualTo(409);
    assertThat(get(asker.ask("errand.tasks.get", id(task))).getString("state"))
        .isEqualTo("cancelled");
  }

  @Test
  void isToldWhatIsWrong() {
    ReplyException wrong =
        failure("errand.tasks.submit", square(7).put("priority", 10).put("nonsense", true));
    assertThat(wrong.failureCode()).isEqualTo(400);
    assertThat(wrong).hasMessageContaining("priority").hasMessageContaining("nonsense");
    ReplyException wait = failure("errand.tasks.submit", square(7).put("wait", "1y"));
    assertThat(wait.failureCode()).isEqualTo(400);
    assertThat(wait).hasMessageContaining("wait");
    JsonObject nothing = new JsonObject().put("id", "0000000000001");
    assertThat(failure("errand.tasks.cancel", nothing).failureCode()).isEqualTo(404);
    assertThat(failure("errand.tasks.get", nothing).failureCode()).isEqualTo(404);
    assertThat(failure("errand.tasks.get", new JsonObject()).failureCode()).isEqualTo(400);
    assertThat(failure("errand.tasks.cancel", new JsonObject().put("id", 7)).failureCode())
        .isEqualTo(400);
  }
}
