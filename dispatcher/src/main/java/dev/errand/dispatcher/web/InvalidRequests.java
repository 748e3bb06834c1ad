package dev.errand.dispatcher.web;

import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;

/** Answers what is no HTTP, or has a head that is too large, and closes the connection. */
final class InvalidRequests implements Handler<HttpServerRequest> {

  @Override
  public void handle(HttpServerRequest request) {
    AnswerHeaders.put(request.response());
    problem(request.decoderResult().cause()).send(request.response());
    request.connection().close();
  }

  private static Problem problem(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return new Problem(ProblemType.LONG_URI, "the request's first line is too long");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new Problem(ProblemType.LONG_HEADERS, "the request's headers are too long");
    }
    return new Problem(ProblemType.INVALID, "this is no request of HTTP");
  }
}
