package dev.errand.config.settings;

import dev.errand.config.security.SmallFile;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;

/** Where tokens come from: the keys {@code http.tokens} or {@code http.tokensFile}, one of them. */
final class HttpTokensSource {

  private static final String MAP = "http.tokens";
  private static final String FILE = "http.tokensFile";

  private HttpTokensSource() {}

  /** Reads them; null if something is wrong, which is noted in the reader. */
  static HttpTokens read(SettingsReader in) {
    Object map = in.secret(MAP);
    // No secret, but whoever takes the one setting for the other has put some there.
    Object file = in.secret(FILE);
    boolean noMap = map == null || map instanceof JsonObject empty && empty.isEmpty();
    if (!noMap && file != null) {
      in.problem(MAP + " and " + FILE + " are two ways to give tokens: keep one");
      return null;
    }
    if (file != null) {
      return ofFile(in, file);
    }
    return noMap ? HttpTokens.NONE : parsed(in, MAP, SettingsReader.NOT_SHOWN, map);
  }

  private static HttpTokens parsed(SettingsReader in, String key, String shown, Object map) {
    try {
      return HttpTokens.parse(map);
    } catch (IllegalArgumentException e) {
      in.problem(key, shown, e.getMessage());
      return null;
    }
  }

  private static HttpTokens ofFile(SettingsReader in, Object value) {
    if (!(value instanceof String file) || file.isBlank() || file.contains("{")) {
      in.problem(FILE, SettingsReader.NOT_SHOWN, "must be the name of a file; a map is " + MAP);
      return null;
    }
    String shown = "'" + file + "'";
    HttpTokens tokens;
    try {
      tokens = parsed(in, FILE, shown, Json.decodeValue(SmallFile.read(file)));
    } catch (DecodeException e) {
      in.problem(FILE, shown, "is not JSON");
      return null;
    } catch (IOException | RuntimeException e) {
      in.problem(FILE, shown, "can't be read (" + e.getClass().getSimpleName() + ")");
      return null;
    }
    in.warnIfOpen(FILE, file);
    if (tokens != null && tokens.isEmpty()) {
      in.problem(FILE, shown, "has no token: everyone would be let in");
      return null;
    }
    return tokens;
  }
}
