package dev.errand.bench;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

/** A server of Vert.x Web on loopback that answers one route with nothing. Ends with its input. */
final class EmptyRoute {

  private EmptyRoute() {}

  /** Takes the port and the path. */
  public static void main(String[] args) throws Exception {
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    router.post(args[1]).handler(request -> request.response().end());
    Member.get(
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(Integer.parseInt(args[0]), "127.0.0.1"));
    WorkLoop.serve();
    System.exit(0);
  }
}
