package dev.errand.dispatcher.web;

import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every request that failed with a {@link Problem}. */
final class Failures implements Handler<RoutingContext> {

  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  /** Sees to all failures of that router, and to what it has no route for. */
  void mount(Router router) {
    for (int status : new int[] {400, 404, 405, 406, 415, 500}) {
      router.errorHandler(status, this);
    }
    router.route().failureHandler(this);
  }

  @Override
  public void handle(RoutingContext request) {
    if (request.response().ended() || request.response().closed()) {
      return;
    }
    if (request.response().headWritten()) {
      // What is cut off must not look whole.
      request.request().connection().close();
      return;
    }
    problem(request).send(request.response());
  }

  private static Problem problem(RoutingContext request) {
    Throwable failure = request.failure();
    Problem known = failure == null ? null : Problem.of(failure);
    if (known != null) {
      return known;
    }
    return switch (request.statusCode()) {
      case 400 -> new Problem(ProblemType.INVALID, "the request can't be read");
      case 404 ->
          new Problem(
              ProblemType.NOT_FOUND,
              "there is nothing at this path: /openapi.yaml has all that there is");
      case 405 ->
          new Problem(
              ProblemType.METHOD,
              "this path does not know the method " + request.request().method().name());
      default -> unforeseen(request, failure);
    };
  }

  private static Problem unforeseen(RoutingContext request, Throwable failure) {
    log.error("{} {} failed", request.request().method(), request.normalizedPath(), failure);
    return new Problem(
        ProblemType.FAILED, "the dispatcher made a mistake, its log has the details");
  }
}
