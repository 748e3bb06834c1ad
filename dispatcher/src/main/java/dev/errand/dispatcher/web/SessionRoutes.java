package dev.errand.dispatcher.web;

import dev.errand.config.settings.HttpToken;
import dev.errand.config.settings.HttpTokens;
import dev.errand.config.settings.Role;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/** {@code /api/v1/session}: a token becomes a cookie, for the page. */
final class SessionRoutes implements Routes {

  private static final String PATH = "/api/v1/session";
  private static final String TOKEN = "token";
  private static final int MOST_BYTES = 4_096;

  private final HttpTokens tokens;
  private final Sessions sessions;

  SessionRoutes(HttpTokens tokens, Sessions sessions) {
    this.tokens = tokens;
    this.sessions = sessions;
  }

  @Override
  public void mount(Router router, Access access) {
    router.get(PATH).handler(request -> get(request, access.role(request)));
    router
        .post(PATH)
        .handler(Bodies.json(MOST_BYTES))
        .handler(request -> answer(request, open(request, access), !tokens.isEmpty()));
    router.delete(PATH).handler(this::close);
  }

  private void get(RoutingContext request, Role role) {
    new Query(request).check();
    boolean shown = request.request().headers().contains(HttpHeaders.AUTHORIZATION);
    answer(request, role, !tokens.isEmpty() && !shown);
  }

  private static void answer(RoutingContext request, Role role, boolean session) {
    request.json(new JsonObject().put("role", role.text()).put("session", session));
  }

  private Role open(RoutingContext request, Access access) {
    String text = token(request);
    if (tokens.isEmpty()) {
      return access.role(request);
    }
    HttpToken token = access.token(request, text);
    sessions.open(request, token);
    return token.role();
  }

  private static String token(RoutingContext request) {
    JsonObject body = JsonBody.takeObject(request);
    if (body == null) {
      throw new Problem(ProblemType.INVALID, "the body must be {\"token\": \"…\"}");
    }
    List<Problem.Field> wrong = new ArrayList<>();
    body.fieldNames().stream()
        .filter(name -> !name.equals(TOKEN))
        .forEach(name -> wrong.add(new Problem.Field(name, "is no field of a session")));
    if (!(body.getValue(TOKEN) instanceof String)) {
      wrong.add(new Problem.Field(TOKEN, "must be a text"));
    }
    if (!wrong.isEmpty()) {
      throw Problem.invalid(wrong);
    }
    return body.getString(TOKEN);
  }

  private void close(RoutingContext request) {
    sessions.close(request);
    request.response().setStatusCode(204).end();
  }
}
