package dev.errand.config.settings;

import dev.errand.config.security.SmallFile;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads settings by their keys, the environment before the file, and collects what is wrong until
 * {@link #finish}. {@code http.port} is {@code {"http": {"port": …}}} in the file and {@code
 * ERRAND_HTTP_PORT} in the environment. Used by one thread.
 */
public final class SettingsReader {

  private static final Logger log = LoggerFactory.getLogger(SettingsReader.class);
  private static final String PREFIX = "ERRAND_";
  private static final int MOST_NAME = 200;

  /** In place of a value that is a secret. */
  static final String NOT_SHOWN = "(not shown)";

  /** Variables of the client commands and of the script, which are no settings. */
  private static final Set<String> NO_SETTINGS =
      Set.of("ERRAND_URL", "ERRAND_TOKEN", "ERRAND_CA", "ERRAND_JAVA_OPTS", "ERRAND_CLASSPATH");

  private final JsonObject file;
  private final Map<String, String> environment;
  private final Set<String> known = new LinkedHashSet<>();
  private final Map<Integer, String> ports = new HashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /**
   * A reader of these settings.
   *
   * @param file may be null: then it is empty
   * @param environment such as {@link System#getenv()}
   */
  public SettingsReader(JsonObject file, Map<String, String> environment) {
    this.file = file == null ? new JsonObject() : file;
    this.environment = environment;
  }

  /**
   * The environment variable of a key: {@code cluster.memberPort} is ERRAND_CLUSTER_MEMBER_PORT.
   */
  public static String variable(String key) {
    return PREFIX
        + key.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /** A whole number. */
  public int integer(String key, int otherwise, int least, int most) {
    return read(
        key,
        otherwise,
        value -> {
          long number = wholeNumber(value);
          if (number < least || number > most) {
            throw new IllegalArgumentException("must be " + least + " to " + most);
          }
          return (int) number;
        });
  }

  /** A port that the node listens on, 0 for any free one; empty if none is set. */
  public OptionalInt port(String key) {
    int port = port(key, -1);
    return port < 0 ? OptionalInt.empty() : OptionalInt.of(port);
  }

  /**
   * The same. No two keys may have the same one, on whatever hosts: two servers of one process
   * would share its connections.
   */
  public int port(String key, int otherwise) {
    int port = integer(key, otherwise, 0, 65_535);
    String other = port > 0 ? ports.putIfAbsent(port, key) : null;
    if (other != null && !other.equals(key)) {
      problem(key, String.valueOf(port), "is " + other + ", too: set another one");
    }
    return port;
  }

  private static long wholeNumber(Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    if (value instanceof String text && text.trim().matches("-?\\d{1,18}")) {
      return Long.parseLong(text.trim());
    }
    throw new IllegalArgumentException("must be a whole number");
  }

  /** A duration such as {@code 20s}. */
  public Duration duration(String key, Duration otherwise, Duration least, Duration most) {
    return read(
        key,
        otherwise,
        value -> {
          Duration duration = Quantities.duration(text(value));
          if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                "must be " + Quantities.text(least) + " to " + Quantities.text(most));
          }
          return duration;
        });
  }

  /** A size in bytes, such as {@code 1MiB}. */
  public long size(String key, long otherwise, long least, long most) {
    return read(
        key,
        otherwise,
        value -> {
          long size = value instanceof Number ? wholeNumber(value) : Quantities.size(text(value));
          if (size < least || size > most) {
            throw new IllegalArgumentException(
                "must be " + Quantities.text(least) + " to " + Quantities.text(most));
          }
          return size;
        });
  }

  /** A text that nodes tell each other: not blank, and not long. */
  public String name(String key, String otherwise) {
    String name = text(key, otherwise);
    if (name.length() > MOST_NAME) {
      problem(key, shown(name), "must have at most " + MOST_NAME + " characters");
    }
    return name;
  }

  /** A text that is not blank. */
  public String text(String key, String otherwise) {
    return read(
        key,
        otherwise,
        value -> {
          String text = text(value);
          if (text.isBlank()) {
            throw new IllegalArgumentException("must not be blank");
          }
          return text;
        });
  }

  private static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("must be a text");
  }

  /** One of a few words. */
  public String choice(String key, String otherwise, List<String> allowed) {
    return read(
        key,
        otherwise,
        value -> {
          String text = text(value);
          if (!allowed.contains(text)) {
            throw new IllegalArgumentException("must be one of " + String.join(", ", allowed));
          }
          return text;
        });
  }

  /** True or false. */
  public boolean flag(String key, boolean otherwise) {
    return read(
        key,
        otherwise,
        value -> {
          if (value instanceof Boolean flag) {
            return flag;
          }
          if ("true".equals(value) || "false".equals(value)) {
            return "true".equals(value);
          }
          throw new IllegalArgumentException("must be true or false");
        });
  }

  /** A list of texts; in the environment by commas. */
  public List<String> texts(String key, List<String> otherwise) {
    return read(key, otherwise, SettingsReader::list);
  }

  private static List<String> list(Object value) {
    List<String> texts = new ArrayList<>();
    if (value instanceof JsonArray array) {
      array.forEach(item -> texts.add(text(item).trim()));
    } else {
      for (String part : text(value).split(",")) {
        if (!part.isBlank()) {
          texts.add(part.trim());
        }
      }
    }
    return List.copyOf(texts);
  }

  /**
   * A value of a form of its own.
   *
   * @param parse from a JSON value (of the file) or a text or JSON object (of the environment);
   *     throws IllegalArgumentException with what is allowed
   */
  public <T> T read(String key, T otherwise, Function<Object, T> parse) {
    known.add(key);
    Object value = value(key);
    if (value == null) {
      return otherwise;
    }
    try {
      return parse.apply(value);
    } catch (IllegalArgumentException e) {
      problem(key, shown(value), e.getMessage());
      return otherwise;
    }
  }

  /** A value that whoever reads it keeps out of every message; null if there is none. */
  Object secret(String key) {
    known.add(key);
    return value(key);
  }

  /** Texts that stay out of every message; one, or a list, in the environment by commas. */
  public List<String> secrets(String key) {
    Object value = secret(key);
    if (value == null) {
      return List.of();
    }
    try {
      return list(value);
    } catch (IllegalArgumentException e) {
      problem(key, NOT_SHOWN, "must be a text, or a list of texts");
      return List.of();
    }
  }

  private Object value(String key) {
    String variable = environment.get(variable(key));
    if (variable != null) {
      return variable.startsWith("{") ? json(variable) : variable;
    }
    JsonObject at = file;
    String[] path = key.split("\\.");
    for (int i = 0; i < path.length - 1; i++) {
      if (!(at.getValue(path[i]) instanceof JsonObject inner)) {
        return null;
      }
      at = inner;
    }
    return at.getValue(path[path.length - 1]);
  }

  private static Object json(String text) {
    try {
      return Json.decodeValue(text);
    } catch (DecodeException e) {
      return text;
    }
  }

  private static String shown(Object value) {
    String text = value instanceof String string ? "'" + string + "'" : Json.encode(value);
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }

  /** Notes a line about a setting that is wrong. */
  public void problem(String line) {
    problems.add(line);
  }

  /** Notes a setting that is wrong. */
  public void problem(String key, String shown, String allowed) {
    problems.add((key + " " + shown + " " + allowed).strip());
  }

  /** Has it logged that others than its owner can read a file with a secret, if they can. */
  void warnIfOpen(String key, String file) {
    try {
      if (SmallFile.isOpenToOthers(file)) {
        warnings.add(key + " " + file + " can be read by others than its owner: chmod 600 " + file);
      }
    } catch (IOException e) {
      // It was read, that will do.
    }
  }

  /** Declares keys that somebody else reads: everything below that section of the file. */
  public void leave(String section) {
    known.add(section + ".*");
  }

  /** Declares that all else in the file is none of ours. */
  public void leaveAllBut(String section) {
    file.fieldNames().stream().filter(name -> !name.equals(section)).forEach(this::leave);
  }

  /**
   * To be called when all settings have been read.
   *
   * @throws SettingsException if anything was wrong, or the file has keys that nobody has read
   */
  public void finish() {
    checkUnknown("", file);
    // Where a verticle reads its part again, the node's start has said it.
    if (!known.contains("cluster.*")) {
      warnings.forEach(log::warn);
      warnOfVariables();
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
  }

  private void warnOfVariables() {
    Set<String> variables = new TreeSet<>(environment.keySet());
    variables.removeAll(NO_SETTINGS);
    variables.removeIf(name -> !name.startsWith(PREFIX) || isKnownVariable(name));
    if (!variables.isEmpty()) {
      log.warn("environment variables without a setting are ignored: {}", variables);
    }
  }

  private boolean isKnownVariable(String name) {
    return known.stream()
        .anyMatch(
            key ->
                key.endsWith(".*")
                    ? name.startsWith(variable(key.substring(0, key.length() - 2)) + "_")
                    : name.equals(variable(key)));
  }

  private void checkUnknown(String prefix, JsonObject object) {
    for (String name : object.fieldNames()) {
      String key = prefix + name;
      if (known.contains(key) || known.contains(key + ".*")) {
        continue;
      }
      boolean section = known.stream().anyMatch(some -> some.startsWith(key + "."));
      if (section && object.getValue(name) instanceof JsonObject inner) {
        checkUnknown(key + ".", inner);
      } else if (section) {
        problems.add(key + " must be an object, such as {\"" + name + "\": {…}}");
      } else {
        problems.add(key + " is no setting" + nearest(key));
      }
    }
  }

  private String nearest(String key) {
    String best = null;
    int bestDistance = Math.min(4, key.length() / 2 + 1);
    for (String some : keysAndSections()) {
      int distance = distance(key, some);
      if (distance < bestDistance) {
        best = some;
        bestDistance = distance;
      }
    }
    return best == null ? ", remove it" : "; did you mean " + best + "?";
  }

  private Set<String> keysAndSections() {
    Set<String> names = new LinkedHashSet<>();
    for (String key : known) {
      for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
        names.add(key.substring(0, dot));
      }
      if (!key.endsWith(".*")) {
        names.add(key);
      }
    }
    return names;
  }

  /** V. Levenshtein's distance, 1965. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
