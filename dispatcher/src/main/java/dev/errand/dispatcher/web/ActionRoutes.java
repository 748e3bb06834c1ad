package dev.errand.dispatcher.web;

import dev.errand.config.settings.Role;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Who did what and when: {@code /api/v1/actions}. */
final class ActionRoutes implements Routes {

  private final Actions actions;

  ActionRoutes(Actions actions) {
    this.actions = actions;
  }

  @Override
  public void mount(Router router, Access access) {
    router.get("/api/v1/actions").handler(access.allow(Role.READ)).handler(this::actions);
  }

  private void actions(RoutingContext request) {
    new Query(request).check();
    JsonArray all = new JsonArray();
    actions.all().forEach(action -> all.add(EventText.json(action)));
    request.json(new JsonObject().put("actions", all));
  }
}
