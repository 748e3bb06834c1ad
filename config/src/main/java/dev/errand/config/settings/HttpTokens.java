package dev.errand.config.settings;

import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.Shareable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The tokens that callers over HTTP may show; without any, everyone may do all. */
public final class HttpTokens implements Shareable {

  /** Everyone may do all. */
  public static final HttpTokens NONE = new HttpTokens(List.of());

  private static final int MOST = 1_000;
  private static final String FORM =
      "must be a map of tokens to roles, such as {\"TOKEN\": \"admin\"}; the roles are "
          + String.join(", ", Role.texts());

  private final List<HttpToken> tokens;

  private HttpTokens(List<HttpToken> tokens) {
    this.tokens = tokens;
  }

  /**
   * Those of a map of tokens to roles.
   *
   * @throws IllegalArgumentException for a person; shows nothing of the map
   */
  public static HttpTokens of(JsonObject map) {
    if (map.size() > MOST) {
      throw new IllegalArgumentException("must have at most " + MOST + " tokens");
    }
    List<HttpToken> tokens = new ArrayList<>();
    for (Map.Entry<String, Object> entry : map) {
      tokens.add(HttpToken.of(entry.getKey(), role(entry.getValue())));
    }
    return new HttpTokens(List.copyOf(tokens));
  }

  /** The same for what should be such a map, or is such tokens already. */
  static HttpTokens parse(Object value) {
    if (value instanceof HttpTokens known) {
      return known;
    }
    if (value instanceof JsonObject map) {
      return of(map);
    }
    throw new IllegalArgumentException(FORM);
  }

  private static Role role(Object text) {
    for (Role role : Role.values()) {
      if (role.text().equals(text)) {
        return role;
      }
    }
    throw new IllegalArgumentException(FORM);
  }

  public boolean isEmpty() {
    return tokens.isEmpty();
  }

  /** Each of them. */
  public List<HttpToken> all() {
    return tokens;
  }

  /** The one of that text, null if there is none; takes the same time whichever it is. */
  public HttpToken find(String text) {
    byte[] digest = HttpToken.sha256(text.getBytes(StandardCharsets.UTF_8));
    HttpToken found = null;
    for (HttpToken token : tokens) {
      if (token.is(digest)) {
        found = token;
      }
    }
    return found;
  }

  /** Can't be changed. */
  @Override
  public HttpTokens copy() {
    return this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HttpTokens others && tokens.equals(others.tokens);
  }

  @Override
  public int hashCode() {
    return Objects.hash(tokens);
  }

  @Override
  public String toString() {
    return tokens.toString();
  }
}
