package dev.errand.systemtests;

import dev.errand.config.settings.Quantities;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What a value of the HTTP API looks like, by its description; references are followed. */
record Schema(Description description, Map<?, ?> map) {

  private static final Pattern DURATION = Pattern.compile("[0-9]{1,11}(ms|s|m|h|d)");

  Object get(String key) {
    return map.get(key);
  }

  /** Null: any value. */
  String type() {
    return (String) get("type");
  }

  boolean isDuration() {
    return "duration".equals(get("format"));
  }

  private Schema schema(Object inner) {
    return new Schema(description, description.follow((Map<?, ?>) inner));
  }

  /** Null: it does not say. */
  Schema inner(String key) {
    return get(key) instanceof Map<?, ?> inner ? schema(inner) : null;
  }

  Map<String, Schema> properties() {
    Map<String, Schema> properties = new LinkedHashMap<>();
    if (get("properties") instanceof Map<?, ?> described) {
      described.forEach((name, property) -> properties.put((String) name, schema(property)));
    }
    return properties;
  }

  Set<String> required() {
    return get("required") instanceof List<?> names
        ? Set.copyOf(names.stream().map(String.class::cast).toList())
        : Set.of();
  }

  /** Where the value is not as described, all such places. */
  List<String> problems(Object value, String at) {
    List<String> problems = new ArrayList<>();
    check(value, at, problems);
    return problems;
  }

  private void check(Object value, String at, List<String> problems) {
    if (value == null) {
      if (type() != null && get("nullable") != Boolean.TRUE) {
        problems.add(at + " is null");
      }
      return;
    }
    if (type() == null) {
      return;
    }
    if (!isOfType(value)) {
      problems.add(at + " is no " + type() + ": " + value);
    } else if (value instanceof JsonObject object) {
      checkObject(object, at, problems);
    } else if (value instanceof JsonArray array && inner("items") != null) {
      for (int i = 0; i < array.size(); i++) {
        inner("items").check(array.getValue(i), at + "[" + i + "]", problems);
      }
    } else if (value instanceof Number number) {
      checkNumber(new BigDecimal(number.toString()), at, problems);
    } else if (value instanceof String text) {
      checkText(text, at, problems);
    }
  }

  private boolean isOfType(Object value) {
    return switch (type()) {
      case "object" -> value instanceof JsonObject;
      case "array" -> value instanceof JsonArray;
      case "string" -> value instanceof String;
      case "boolean" -> value instanceof Boolean;
      case "number" -> value instanceof Number;
      case "integer" -> value instanceof Integer || value instanceof Long;
      default -> throw new IllegalStateException("unknown type " + type());
    };
  }

  private void checkObject(JsonObject object, String at, List<String> problems) {
    for (String name : required()) {
      if (!object.containsKey(name)) {
        problems.add(at + " has no " + name);
      }
    }
    if (get("maxProperties") instanceof Integer most && object.size() > most) {
      problems.add(at + " has more than " + most + " members");
    }
    if (get("minProperties") instanceof Integer least && object.size() < least) {
      problems.add(at + " has fewer than " + least + " members");
    }
    if (inner("x-names") != null) {
      object.fieldNames().forEach(name -> inner("x-names").check(name, at + "." + name, problems));
    }
    Map<String, Schema> properties = properties();
    Schema others = inner("additionalProperties");
    boolean free =
        (properties.isEmpty() && others == null) || get("additionalProperties") == Boolean.TRUE;
    for (String name : object.fieldNames()) {
      Schema property = properties.getOrDefault(name, others);
      if (property != null) {
        property.check(object.getValue(name), at + "." + name, problems);
      } else if (!free) {
        problems.add(at + "." + name + " is not described");
      }
    }
  }

  private void checkNumber(BigDecimal number, String at, List<String> problems) {
    if (get("minimum") instanceof Number least
        && number.compareTo(new BigDecimal(least.toString())) < 0) {
      problems.add(at + " is less than " + least + ": " + number);
    }
    if (get("maximum") instanceof Number most
        && number.compareTo(new BigDecimal(most.toString())) > 0) {
      problems.add(at + " is more than " + most + ": " + number);
    }
  }

  private void checkText(String text, String at, List<String> problems) {
    if (get("enum") instanceof List<?> values && !values.contains(text)) {
      problems.add(at + " is none of " + values + ": " + text);
    }
    if (get("pattern") instanceof String pattern && !text.matches(pattern)) {
      problems.add(at + " does not match " + pattern + ": " + text);
    }
    if (get("minLength") instanceof Integer least && text.length() < least) {
      problems.add(at + " is shorter than " + least + ": " + text);
    }
    if (get("maxLength") instanceof Integer most && text.length() > most) {
      problems.add(at + " is longer than " + most + ": " + text);
    }
    if (isDuration()) {
      checkDuration(text, at, problems);
    }
    if ("date-time".equals(get("format")) && !isTime(text)) {
      problems.add(at + " is no time in UTC: " + text);
    }
  }

  private static boolean isTime(String text) {
    try {
      return text.endsWith("Z") && Instant.parse(text) != null;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private void checkDuration(String text, String at, List<String> problems) {
    if (!DURATION.matcher(text).matches()) {
      problems.add(at + " is no duration: " + text);
      return;
    }
    Duration duration = Quantities.duration(text);
    if (duration.compareTo(duration("x-least")) < 0 || duration.compareTo(duration("x-most")) > 0) {
      problems.add(at + " is out of range: " + text);
    }
  }

  /** A bound of a duration. */
  Duration duration(String key) {
    return Quantities.duration((String) get(key));
  }
}
