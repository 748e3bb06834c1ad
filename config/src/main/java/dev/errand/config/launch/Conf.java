package dev.errand.config.launch;

import dev.errand.config.security.SmallFile;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.regex.Pattern;

/** What {@code -conf} names: a node's settings. */
public final class Conf {

  private static final Pattern PLACE =
      Pattern.compile("\\[Source: [^;]*; line: (\\d+), column: (\\d+)]");

  private Conf() {}

  /**
   * Reads the settings. Blocks.
   *
   * @param fileOrJson a file's name, or the settings themselves; null: there are none
   * @throws NodeFailure if that can't be
   */
  public static JsonObject read(String fileOrJson) {
    if (fileOrJson == null) {
      return new JsonObject();
    }
    String text = fileOrJson;
    String name = "-conf";
    if (!fileOrJson.stripLeading().startsWith("{")) {
      name = "-conf " + fileOrJson;
      try {
        text = SmallFile.read(fileOrJson);
      } catch (IOException | RuntimeException e) {
        throw new NodeFailure(
            ExitCode.USAGE, name + " can't be read: name a JSON file that exists");
      }
    }
    return parse(name, text);
  }

  private static JsonObject parse(String name, String text) {
    try {
      if (!text.isBlank() && Json.decodeValue(text) instanceof JsonObject settings) {
        return settings;
      }
    } catch (DecodeException e) {
      throw new NodeFailure(ExitCode.USAGE, name + " is not JSON: " + reason(e));
    }
    throw new NodeFailure(ExitCode.USAGE, name + " must be a JSON object: {…}");
  }

  /** The parser's words, without those about a source that it does not show. */
  private static String reason(DecodeException e) {
    return PLACE
        .matcher(String.valueOf(e.getMessage()))
        .replaceAll("line $1, column $2")
        .replaceFirst("^Failed to decode:", "")
        .replaceAll("\\s*\\R\\s*", " ");
  }
}
