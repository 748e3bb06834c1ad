package dev.errand.dispatcher.web;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** A request of HTTP/1.1 as it is written, with whatever headers, on a connection of its own. */
final class RawRequest {

  private static final int PATIENCE_MILLIS = 30_000;

  private final Supplier<Socket> connect;
  private final String line;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private String body = "";

  RawRequest(Supplier<Socket> connect, String method, String path) {
    this.connect = connect;
    this.line = method + " " + path + " HTTP/1.1";
    header("Connection", "close");
  }

  /**
   * What came back.
   *
   * @param headers their names in lower case
   */
  record Answer(int status, Map<String, String> headers, String body) {

    JsonObject json() {
      return new JsonObject(body);
    }

    /** What kind of problem it is; empty if it is none. */
    String problem() {
      return "application/problem+json".equals(headers.get("content-type"))
          ? json().getString("type").substring("urn:errand:problem:".length())
          : "";
    }
  }

  /** Replaces one of that name. */
  RawRequest header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  RawRequest without(String name) {
    headers.remove(name);
    return this;
  }

  RawRequest bearer(String token) {
    return header("Authorization", "Bearer " + token);
  }

  RawRequest json(String text) {
    body = text;
    return header("Content-Type", "application/json");
  }

  Answer send() {
    StringBuilder text = new StringBuilder(line).append("\r\n");
    if (!body.isEmpty()) {
      header("Content-Length", Integer.toString(body.length()));
    }
    headers.forEach((name, value) -> text.append(name + ": " + value + "\r\n"));
    try (Socket socket = connect.get()) {
      return talk(socket, text + "\r\n" + body);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Sends that, and reads all that comes until the end. */
  static Answer talk(Socket socket, String text) throws IOException {
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
    return parse(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }

  private static Answer parse(String text) {
    String[] parts = text.split("\r\n\r\n", 2);
    String[] lines = parts[0].split("\r\n");
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      String[] header = lines[i].split(": *", 2);
      headers.put(header[0].toLowerCase(Locale.ROOT), header[1]);
    }
    return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers, parts[1]);
  }
}
