package dev.errand.systemtests;

import static dev.errand.systemtests.WrongRequest.invalid;
import static dev.errand.systemtests.WrongRequest.problem;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Requests that are wrong in one place each, or in two, made from the description. */
final class GeneratedRequests {

  private static final String JSON = "application/json";
  private static final String LINES = "application/x-ndjson";

  private final Description description;
  private final String token;
  private final Map<String, String> samples;
  private final List<WrongRequest> requests = new ArrayList<>();

  /**
   * Makes none yet.
   *
   * @param token that may do all
   * @param samples of what is there, by the path before the name in it
   */
  GeneratedRequests(Description description, String token, Map<String, String> samples) {
    this.description = description;
    this.token = token;
    this.samples = samples;
  }

  List<WrongRequest> all() {
    description.operations().forEach(this::of);
    return requests;
  }

  private void of(Description.Operation operation) {
    operation.parameters().forEach(parameter -> parameter(operation, parameter));
    if (operation.role() != null && operation.path().startsWith("/api/")) {
      HttpText request = right(operation);
      requests.add(
          invalid(
              operation + " with an unknown parameter",
              request.at(request.target() + "?nonsense=1"),
              "nonsense"));
    }
    Schema body = operation.bodies().get(JSON);
    if (body != null) {
      body(operation, body);
    }
    if (operation.bodies().containsKey(LINES)) {
      lines(operation);
    }
    if (!operation.bodies().isEmpty()) {
      mediaTypes(operation);
    }
    otherMethods(operation);
  }

  /** The request as it should be. */
  private HttpText right(Description.Operation operation) {
    HttpText request = HttpText.of(operation.method(), target(operation.path(), null)).token(token);
    if (operation.bodies().containsKey(JSON)) {
      return request.json(rightBody(operation.bodies().get(JSON)).encode());
    }
    return operation.bodies().containsKey(LINES)
        ? request.body(LINES, line(rightBody(description.schema("TaskRequest")).encode()))
        : request;
  }

  /**
   * A path with names in it.
   *
   * @param name null: of something that is there
   */
  private String target(String path, String name) {
    int bracket = path.indexOf('{');
    if (bracket < 0) {
      return path;
    }
    String value = name == null ? samples.get(path.substring(0, bracket)) : name;
    return path.replaceFirst("\\{\\w+}", HttpText.encoded(value).replace("$", "\\$"));
  }

  private static JsonObject rightBody(Schema schema) {
    JsonObject body = new JsonObject();
    Set<String> names = schema.properties().keySet();
    if (names.contains("type")) {
      body.put("type", "square").put("payload", 7);
    }
    if (names.contains("token")) {
      body.put("token", "nobody's");
    }
    return names.contains("paused") ? body.put("paused", false) : body;
  }

  private void parameter(Description.Operation operation, Description.Parameter parameter) {
    HttpText right = right(operation);
    String name = parameter.name();
    switch (parameter.in()) {
      case "query" -> {
        for (String text : WrongValues.texts(parameter.schema(), false)) {
          if (!text.isEmpty() || !parameter.mayBeEmpty()) {
            String target = right.target() + "?" + name + "=" + HttpText.encoded(text);
            add(operation, name, text, right.at(target));
          }
        }
        String twice = right.target() + "?" + name + "=1&" + name + "=2";
        add(operation, name, "twice", right.at(twice));
      }
      case "header" ->
          WrongValues.texts(parameter.schema(), true)
              .forEach(text -> add(operation, name, text, right.with(name + ": " + text)));
      default ->
          WrongValues.texts(parameter.schema(), false).stream()
              // There is another path without it.
              .filter(text -> !text.isEmpty())
              .forEach(
                  text ->
                      requests.add(
                          problem(
                              operation + " at " + quoted(text),
                              right.at(target(operation.path(), text)))));
    }
  }

  private void add(Description.Operation operation, String name, String text, HttpText request) {
    requests.add(invalid(operation + " with " + name + " " + quoted(text), request, name));
  }

  private static String quoted(String text) {
    String cut = text.length() > 60 ? text.substring(0, 60) + "… (" + text.length() + ")" : text;
    return "'" + cut.replace("\n", "\\n").replace("\0", "\\0") + "'";
  }

  private void body(Description.Operation operation, Schema schema) {
    HttpText right = right(operation);
    wrongBodies(schema)
        .forEach(
            wrong ->
                requests.add(
                    invalid(
                        operation + " with " + wrong.what(),
                        right.json(wrong.json()),
                        wrong.names())));
    for (String other : List.of("null", "true", "7", "\"x\"", "[]", "[{}]", "", " ", "{", "x")) {
      requests.add(invalid(operation + " with body " + quoted(other), right.json(other), null));
    }
  }

  private record WrongBody(String what, String json, String names) {}

  private static List<WrongBody> wrongBodies(Schema schema) {
    List<WrongBody> bodies = new ArrayList<>();
    JsonObject right = rightBody(schema);
    schema
        .properties()
        .forEach(
            (name, property) ->
                WrongValues.json(property)
                    .forEach(
                        value ->
                            bodies.add(
                                new WrongBody(
                                    name + " " + quoted(Json.encode(value)),
                                    right.copy().put(name, value).encode(),
                                    name))));
    for (String name : schema.required()) {
      JsonObject without = right.copy();
      without.remove(name);
      bodies.add(new WrongBody("no " + name, without.encode(), name));
    }
    bodies.add(
        new WrongBody("an unknown member", right.copy().put("nonsense", 1).encode(), "nonsense"));
    if (schema.get("minProperties") != null) {
      bodies.add(new WrongBody("no member", "{}", null));
    }
    return bodies;
  }

  /** As the only line; then all or none is none. */
  private void lines(Description.Operation operation) {
    HttpText right = right(operation).at(right(operation).target() + "?atomic=true");
    for (WrongBody wrong : wrongBodies(description.schema("TaskRequest"))) {
      requests.add(
          invalid(
              operation + ", a line with " + wrong.what(),
              right.body(LINES, line(wrong.json())),
              wrong.names()));
    }
  }

  private static byte[] line(String task) {
    return (task + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private void mediaTypes(Description.Operation operation) {
    HttpText right = right(operation);
    List<String> wrong = new ArrayList<>(List.of("text/plain", "application/xml", "nonsense", ""));
    wrong.add("application/x-www-form-urlencoded");
    wrong.add("multipart/form-data; boundary=x");
    wrong.add(operation.bodies().containsKey(JSON) ? LINES : JSON);
    for (String type : wrong) {
      requests.add(
          problem(
              operation + " with a body of type '" + type + "'",
              untyped(right).body(type, right.body())));
    }
    requests.add(
        problem(operation + " with a body of no type", untyped(right).body(null, right.body())));
  }

  private static HttpText untyped(HttpText request) {
    List<String> others =
        request.headers().stream().filter(line -> !line.startsWith("Content-Type")).toList();
    return new HttpText(request.method(), request.target(), others, null);
  }

  private void otherMethods(Description.Operation operation) {
    Set<String> known =
        description.operations().stream()
            .filter(each -> each.path().equals(operation.path()))
            .map(Description.Operation::method)
            .collect(Collectors.toSet());
    for (String method : List.of("GET", "PUT", "POST", "DELETE", "PATCH", "BREW", "TRACE")) {
      String target = target(operation.path(), null);
      if (!known.contains(method)
          && description.of(method, target) == null
          && requests.stream().noneMatch(each -> each.name().equals(method + " " + target))) {
        requests.add(problem(method + " " + target, HttpText.of(method, target).token(token)));
      }
    }
  }
}
