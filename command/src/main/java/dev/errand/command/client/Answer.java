package dev.errand.command.client;

import dev.errand.config.launch.ExitCode;
import dev.errand.config.launch.NodeFailure;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.Duration;

/**
 * An answer of the dispatcher.
 *
 * @param body all of it; what it is says its status
 */
record Answer(int status, HttpHeaders headers, byte[] body) {

  private static final int CREATED_AND_SO_ON = 299;
  private static final int UNAUTHORIZED = 401;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int LIMIT = 429;
  private static final int FAILED = 500;
  private static final int BAD_GATEWAY = 502;
  private static final int NOT_READY = 503;
  private static final int GATEWAY_TIMEOUT = 504;
  private static final int NO_ROOM = 507;

  boolean isFine() {
    return status <= CREATED_AND_SO_ON;
  }

  /** What was asked for is refused only for now: a limit is reached, or the disk is full. */
  boolean isFull() {
    return status == LIMIT || status == NO_ROOM;
  }

  /** Nobody is there who could say yes or no: it starts, or a proxy waits for it. */
  boolean isAway() {
    return status == NOT_READY
        || status == REQUEST_TIMEOUT
        || status == BAD_GATEWAY
        || status == GATEWAY_TIMEOUT;
  }

  /** When to come back; null if that is not said. */
  Duration retryAfter() {
    try {
      return headers
          .firstValue("Retry-After")
          .map(seconds -> Duration.ofSeconds(Math.max(0, Long.parseLong(seconds.trim()))))
          .orElse(null);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Its body; empty if that is no JSON object. */
  JsonObject json() {
    try {
      return new JsonObject(Buffer.buffer(body));
    } catch (DecodeException e) {
      return new JsonObject();
    }
  }

  /** What is told of an answer that no dispatcher gives. */
  static IOException ofSomeoneElse() {
    return new IOException("what answers is no dispatcher");
  }

  /** What is told of an answer that is not the one that was hoped for. */
  NodeFailure failure() {
    Duration later = retryAfter();
    String when = later == null ? "" : "; try again in " + later.toSeconds() + " s";
    return new NodeFailure(exitCode(), "the dispatcher says: " + detail() + cure() + when);
  }

  private String cure() {
    if (status != UNAUTHORIZED) {
      return "";
    }
    boolean isTokenWrong =
        headers.allValues("WWW-Authenticate").stream()
            .anyMatch(challenge -> challenge.contains("invalid_token"));
    return isTokenWrong ? "; set ERRAND_TOKEN to one of those" : "; set ERRAND_TOKEN to one";
  }

  /** The problem's words. */
  String detail() {
    JsonObject problem = json();
    Object detail = problem.getValue("detail", problem.getValue("title"));
    return detail == null ? "HTTP " + status : detail + " (HTTP " + status + ")";
  }

  private int exitCode() {
    if (isAway()) {
      return ExitCode.UNREACHABLE;
    }
    return isFull() || status >= FAILED ? ExitCode.FAILED : ExitCode.USAGE;
  }
}
