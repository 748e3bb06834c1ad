package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.HttpSettings;
import dev.errand.config.settings.HttpTokens;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActionRoutesTest {

  private static final String TOKEN = "admin-0123456789abcdef";

  private static List<String> told(JsonArray actions) {
    return actions.stream()
        .map(JsonObject.class::cast)
        .map(action -> action.getString("action") + " " + action.getString("subject"))
        .toList();
  }

  private static JsonArray actions(WebFixture web) {
    return web.get("/api/v1/actions").json().getJsonArray("actions");
  }

  private static String submit(WebFixture web, String type, String wait) {
    return web.post("/api/v1/tasks?wait=" + wait, "{\"type\": \"" + type + "\"}")
        .json()
        .getString("id");
  }

  @Test
  void whatIsDoneIsToldTheLastFirst() {
    try (WebFixture web = WebFixture.open()) {
      String held = submit(web, "held", "1ms");
      String failed = submit(web, "fail", "20s");
      web.upload("PUT", "/api/v1/batches/monday", "{\"type\": \"held\"}\n{\"type\": \"held\"}\n");
      web.post("/api/v1/tasks/" + held + "/cancel");
      web.post("/api/v1/tasks/" + failed + "/retry");
      web.post("/api/v1/batches/monday/cancel");
      web.post("/api/v1/tasks/retry?type=held");
      web.post("/api/v1/tasks/cancel?type=held&state=queued&batch=monday");
      web.send(
          web.request("/api/v1/types/echo")
              .header("Content-Type", "application/json")
              .PUT(HttpRequest.BodyPublishers.ofString("{\"paused\": true, \"limit\": 5}")));
      web.send(
          web.request("/api/v1/types/echo")
              .header("Content-Type", "application/json")
              .PUT(HttpRequest.BodyPublishers.ofString("{\"paused\": false, \"limit\": 0}")));
      web.post("/api/v1/workers/9/drain");
      JsonArray actions = actions(web);
      assertThat(told(actions))
          .containsExactly(
              "drain worker worker-9 (9)",
              "limit type echo to none",
              "resume type echo",
              "limit type echo to 5",
              "pause type echo",
              "cancel 0 tasks of state queued, type held, batch monday",
              "retry 0 tasks of state failed, type held",
              "cancel 2 tasks of batch monday",
              "retry task " + failed,
              "cancel task " + held);
      JsonObject last = actions.getJsonObject(9);
      assertThat(last.getString("task")).isEqualTo(held);
      assertThat(last.getInstant("at")).isBetween(Instant.now().minusSeconds(60), Instant.now());
      assertThat(last.getString("who")).isEqualTo("admin at 127.0.0.1 (local)");
      assertThat(last.getLong("seq")).isLessThan(actions.getJsonObject(8).getLong("seq"));
    }
  }

  @Test
  void whatIsRefusedIsNotTold() {
    try (WebFixture web = WebFixture.open()) {
      String ended = submit(web, "echo", "20s");
      web.post("/api/v1/tasks/" + ended + "/cancel");
      web.post("/api/v1/tasks/0000000000000/retry");
      web.post("/api/v1/tasks/cancel");
      web.post("/api/v1/batches/none/cancel");
      web.post("/api/v1/workers/ff/drain");
      assertThat(actions(web)).isEmpty();
      assertThat(web.get("/api/v1/actions?limit=1").status()).isEqualTo(400);
    }
  }

  @Test
  void onlyTheLastOnesAreKept() {
    try (WebFixture web = WebFixture.open()) {
      for (int i = 0; i < Actions.MOST + 1; i++) {
        web.post("/api/v1/tasks/retry?type=type" + i);
      }
      assertThat(told(actions(web)))
          .hasSize(Actions.MOST)
          .startsWith("retry 0 tasks of state failed, type type" + Actions.MOST)
          .endsWith("retry 0 tasks of state failed, type type1");
    }
  }

  @Test
  void aTokenAndItsSessionAreToldApart() throws Exception {
    HttpTokens tokens = HttpTokens.of(new JsonObject().put(TOKEN, "admin"));
    try (GuardedDoor door =
        new GuardedDoor(new HttpSettings("127.0.0.1", 0, tokens, null, List.of()))) {
      door.request("POST", "/api/v1/tasks/retry?type=a").bearer(TOKEN).send();
      String cookie =
          door.request("POST", "/api/v1/session")
              .json("{\"token\": \"" + TOKEN + "\"}")
              .send()
              .headers()
              .get("set-cookie");
      door.request("POST", "/api/v1/tasks/retry?type=b")
          .header("Cookie", cookie.substring(0, cookie.indexOf(';')))
          .send();
      RawRequest.Answer answer = door.request("GET", "/api/v1/actions").bearer(TOKEN).send();
      assertThat(answer.json().getJsonArray("actions"))
          .extracting(action -> ((JsonObject) action).getString("who"))
          .containsExactly("admin at 127.0.0.1 (session)", "admin at 127.0.0.1 (token)");
      assertThat(answer.body()).doesNotContain(TOKEN);
    }
  }
}
