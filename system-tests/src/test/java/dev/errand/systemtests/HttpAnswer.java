package dev.errand.systemtests;

import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * An answer that came over HTTP.
 *
 * @param status 0: the connection was closed without an answer
 * @param headers by their names in lower case
 */
record HttpAnswer(int status, Map<String, String> headers, String body) {

  static final HttpAnswer CLOSED = new HttpAnswer(0, Map.of(), "");

  /** Of one header line a name; later lines win. */
  static Map<String, String> headers(Iterable<String> lines) {
    Map<String, String> headers = new TreeMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip());
      }
    }
    return headers;
  }

  /** Without its parameters. */
  String mediaType() {
    return headers.getOrDefault("content-type", "").split(";")[0].strip();
  }

  JsonObject json() {
    return new JsonObject(body);
  }
}
