package dev.errand.systemtests;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A request in HTTP/1.1's own words.
 *
 * @param target as it goes into the first line
 * @param headers lines, beside Host and Content-Length
 * @param body null: none
 */
record HttpText(String method, String target, List<String> headers, byte[] body) {

  static HttpText of(String method, String target) {
    return new HttpText(method, target, List.of(), null);
  }

  /** As one component of a target. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  HttpText with(String header) {
    List<String> more = new ArrayList<>(headers);
    more.add(header);
    return new HttpText(method, target, more, body);
  }

  HttpText body(String type, byte[] bytes) {
    HttpText typed = type == null ? this : with("Content-Type: " + type);
    return new HttpText(method, target, typed.headers, bytes);
  }

  HttpText json(String text) {
    return body("application/json", text.getBytes(StandardCharsets.UTF_8));
  }

  HttpText at(String target) {
    return new HttpText(method, target, headers, body);
  }

  HttpText token(String token) {
    return with("Authorization: Bearer " + token);
  }

  /** The first line and all headers, with the empty line behind them. */
  String head() {
    StringBuilder head = new StringBuilder(method).append(' ').append(target);
    head.append(" HTTP/1.1\r\nHost: localhost\r\n");
    headers.forEach(line -> head.append(line).append("\r\n"));
    if (body != null) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head().getBytes(StandardCharsets.UTF_8));
    if (body != null) {
      bytes.writeBytes(body);
    }
    return bytes.toByteArray();
  }
}
