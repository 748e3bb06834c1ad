package dev.errand.dispatcher.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/** What each answer tells browsers: take it for what it says it is, and show it to nobody else. */
final class AnswerHeaders {

  private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence TYPE_OPTIONS =
      HttpHeaders.createOptimized("x-content-type-options");
  private static final CharSequence REFERRER = HttpHeaders.createOptimized("referrer-policy");
  private static final CharSequence NO_REFERRER = HttpHeaders.createOptimized("no-referrer");
  private static final CharSequence POLICY = HttpHeaders.createOptimized("content-security-policy");
  private static final CharSequence NOTHING =
      HttpHeaders.createOptimized("default-src 'none'; frame-ancestors 'none'");
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

  private AnswerHeaders() {}

  static void put(HttpServerResponse response) {
    response
        .putHeader(TYPE_OPTIONS, NOSNIFF)
        .putHeader(REFERRER, NO_REFERRER)
        .putHeader(POLICY, NOTHING)
        .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
  }
}
