package dev.errand.systemtests;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/** The HTTP API as {@code openapi.yaml} has it. */
final class Description {

  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  private final Map<?, ?> root;
  private final List<Operation> operations = new ArrayList<>();

  /**
   * A method of a path.
   *
   * @param path with names in curly brackets
   * @param role null: open to everyone
   * @param bodies by media type; empty: it takes none
   * @param answers by status, or {@code default}
   */
  record Operation(
      String method,
      String path,
      String role,
      List<Parameter> parameters,
      Map<String, Schema> bodies,
      Map<String, Map<String, Schema>> answers) {

    @Override
    public String toString() {
      return method + " " + path;
    }

    private boolean fits(String method, String path) {
      String pattern =
          ("\\Q" + this.path + "\\E").replace("{", "\\E[^/]+\\Q{").replaceAll("\\{\\w+}", "");
      return this.method.equals(method) && Pattern.matches(pattern, path);
    }

    /** What the body of an answer may be, by media type. */
    private Map<String, Schema> answer(int status) {
      return answers.getOrDefault(
          String.valueOf(status), answers.getOrDefault("default", Map.of()));
    }
  }

  /**
   * A parameter.
   *
   * @param in query, path or header
   * @param mayBeEmpty whether its name alone is fine
   */
  record Parameter(String name, String in, boolean mayBeEmpty, Schema schema) {}

  private Description(Map<?, ?> root) {
    this.root = root;
    ((Map<?, ?>) root.get("paths"))
        .forEach(
            (path, item) ->
                ((Map<?, ?>) item)
                    .forEach(
                        (method, operation) -> {
                          if (METHODS.contains(method)) {
                            operations.add(
                                operation(
                                    ((String) method).toUpperCase(),
                                    (String) path,
                                    (Map<?, ?>) operation));
                          }
                        }));
    // What is named goes before what any name fits.
    operations.sort(Comparator.comparing(each -> each.path().contains("{")));
  }

  /** The one that the dispatcher serves. */
  static Description read() {
    try (InputStream in =
        Description.class.getResourceAsStream("/dev/errand/dispatcher/web/openapi.yaml")) {
      return new Description(new Yaml().load(in));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  List<Operation> operations() {
    return operations;
  }

  /** Null if there is none. */
  Operation of(String method, String path) {
    return operations.stream().filter(each -> each.fits(method, path)).findFirst().orElse(null);
  }

  Schema schema(String name) {
    return new Schema(this, follow(Map.of("$ref", "#/components/schemas/" + name)));
  }

  /** What a reference leads to; itself if it is none. */
  Map<?, ?> follow(Map<?, ?> map) {
    Map<?, ?> found = map;
    while (found.get("$ref") instanceof String ref) {
      Map<?, ?> place = root;
      for (String step : ref.substring("#/".length()).split("/")) {
        place = (Map<?, ?>) place.get(step);
        if (place == null) {
          throw new IllegalStateException(ref + " leads nowhere");
        }
      }
      found = place;
    }
    return found;
  }

  private Operation operation(String method, String path, Map<?, ?> operation) {
    List<Parameter> parameters = new ArrayList<>();
    if (operation.get("parameters") instanceof List<?> list) {
      for (Object each : list) {
        Map<?, ?> parameter = follow((Map<?, ?>) each);
        parameters.add(
            new Parameter(
                (String) parameter.get("name"),
                (String) parameter.get("in"),
                parameter.get("allowEmptyValue") == Boolean.TRUE,
                new Schema(this, follow((Map<?, ?>) parameter.get("schema")))));
      }
    }
    Map<String, Map<String, Schema>> answers = new LinkedHashMap<>();
    ((Map<?, ?>) operation.get("responses"))
        .forEach(
            (status, answer) -> answers.put((String) status, contents(follow((Map<?, ?>) answer))));
    Map<String, Schema> bodies =
        operation.get("requestBody") instanceof Map<?, ?> body ? contents(follow(body)) : Map.of();
    return new Operation(
        method, path, (String) operation.get("x-role"), parameters, bodies, answers);
  }

  private Map<String, Schema> contents(Map<?, ?> described) {
    Map<String, Schema> schemas = new LinkedHashMap<>();
    if (described.get("content") instanceof Map<?, ?> content) {
      content.forEach(
          (type, media) ->
              schemas.put(
                  (String) type,
                  new Schema(this, follow((Map<?, ?>) ((Map<?, ?>) media).get("schema")))));
    }
    return schemas;
  }

  /** Where an answer is not as described; empty if it is. */
  List<String> problems(Operation operation, HttpAnswer answer) {
    Map<String, Schema> bodies = operation.answer(answer.status());
    String media = answer.mediaType();
    if (bodies.isEmpty() && answer.body().isEmpty()) {
      return List.of();
    }
    Schema schema = bodies.get(media);
    if (schema == null) {
      return List.of(operation + " has no answer " + answer.status() + " of type " + media);
    }
    String at = operation + " " + answer.status() + ": ";
    if (media.equals("application/x-ndjson")) {
      return answer
          .body()
          .lines()
          .flatMap(line -> schema("Task").problems(new JsonObject(line), at + "line").stream())
          .toList();
    }
    return media.endsWith("json") ? schema.problems(answer.json(), at + "body") : List.of();
  }
}
