package dev.errand.systemtests;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Values that a description does not allow. */
final class WrongValues {

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "x y",
          "-",
          "!",
          "ü",
          "a\nb",
          "a\u0000b",
          "../x",
          "20",
          "20 s",
          " 20s",
          "20s ",
          "+20s",
          "-20s",
          "-1ms",
          "0ms",
          "1y",
          "1h30m",
          "1.5s",
          "20S",
          "٣s",
          "99999999999d",
          "9999999999999999999999s",
          "true",
          "null",
          "NaN",
          "0x10",
          "nonsense",
          "QUEUED",
          "{\"$ne\":1}",
          "' OR 1=1 --",
          "<script>");

  private static final int[] LENGTHS = {41, 64, 101, 201, 1_001};

  private WrongValues() {}

  private static List<String> texts(Schema schema) {
    List<String> texts = new ArrayList<>(TEXTS);
    for (int length : LENGTHS) {
      texts.add("x".repeat(length));
    }
    if (schema.isDuration()) {
      texts.add(schema.duration("x-most").plusMillis(1).toMillis() + "ms");
      texts.add(schema.duration("x-most").plusDays(1).toDays() + "d");
    }
    return texts;
  }

  private static List<Number> numbers(Schema schema) {
    List<Number> numbers =
        new ArrayList<>(List.of(-1, 0, 7, 1.5, -0.5, 1L << 31, Long.MIN_VALUE, Long.MAX_VALUE));
    numbers.add(BigInteger.TEN.pow(30));
    numbers.add(BigInteger.TEN.pow(1_200));
    numbers.add(new BigDecimal("1e99999"));
    if (schema.get("minimum") instanceof Number least) {
      numbers.add(least.longValue() - 1);
    }
    if (schema.get("maximum") instanceof Number most) {
      numbers.add(most.longValue() + 1);
    }
    return numbers;
  }

  /** JSON values that are not as described. */
  static List<Object> json(Schema schema) {
    List<Object> values = new ArrayList<>(Arrays.asList(null, true, false));
    values.addAll(texts(schema));
    values.addAll(numbers(schema));
    values.add(new JsonArray());
    values.add(new JsonArray().add("x"));
    values.add(new JsonArray().add(new JsonArray()));
    values.add(new JsonObject());
    values.add(new JsonObject().put("a", "b"));
    values.addAll(maps(schema));
    return values.stream().filter(value -> !schema.problems(value, "").isEmpty()).toList();
  }

  private static List<JsonObject> maps(Schema schema) {
    Schema names = schema.inner("x-names");
    if (names == null) {
      return List.of();
    }
    JsonObject many = new JsonObject();
    IntStream.range(0, 100).forEach(i -> many.put("label" + i, "x"));
    return Stream.concat(
            Stream.of(many),
            Stream.concat(
                json(schema.inner("additionalProperties")).stream()
                    .map(value -> new JsonObject().put("gpu", value)),
                json(names).stream()
                    .filter(String.class::isInstance)
                    .map(name -> new JsonObject().put((String) name, "x"))))
        .toList();
  }

  /** Texts that are not as described, where a value goes as a text. */
  static List<String> texts(Schema schema, boolean ascii) {
    return Stream.concat(texts(schema).stream(), numbers(schema).stream().map(String::valueOf))
        .filter(
            text ->
                !ascii
                    || !text.isEmpty() && text.chars().allMatch(each -> each > ' ' && each <= '~'))
        .filter(text -> text.length() <= 1_001)
        .filter(text -> !schema.problems(value(schema, text), "").isEmpty())
        .toList();
  }

  private static Object value(Schema schema, String text) {
    return switch (schema.type()) {
      case "integer" -> text.matches("-?[0-9]{1,18}") ? (Object) Long.valueOf(text) : text;
      case "boolean" -> text.matches("true|false") ? (Object) Boolean.valueOf(text) : text;
      default -> text;
    };
  }
}
