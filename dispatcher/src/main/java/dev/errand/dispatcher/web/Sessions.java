package dev.errand.dispatcher.web;

import dev.errand.config.settings.HttpToken;
import dev.errand.config.settings.HttpTokens;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Cookies in place of tokens, for the page. The dispatcher keeps none of them: each is signed with
 * a key that comes from its token, so it outlives a restart, and ends with the token. Owner: the
 * dispatcher's event loop.
 */
final class Sessions {

  /** Holds {@code id of the token.signed text}. */
  static final String COOKIE = "errand-session";

  private static final Duration LIFE = Duration.ofHours(12);
  private static final String ALGORITHM = "HS256";

  private record Signed(HttpToken token, JWTAuth signature) {}

  /**
   * What a cookie stands for.
   *
   * @param token that it is of
   * @param cookie its text
   * @param endMillis when it is over, since 1970
   */
  record Session(HttpToken token, String cookie, long endMillis) {}

  private final Map<String, Signed> byId = new HashMap<>();
  private final boolean secure;
  private Consumer<String> gone = cookie -> {};

  /**
   * Sessions of those tokens.
   *
   * @param secure whether the dispatcher itself does TLS
   */
  Sessions(Vertx vertx, HttpTokens tokens, boolean secure) {
    this.secure = secure;
    tokens.all().forEach(token -> byId.put(token.id(), new Signed(token, signature(vertx, token))));
  }

  private static JWTAuth signature(Vertx vertx, HttpToken token) {
    return JWTAuth.create(
        vertx,
        new JWTAuthOptions()
            .addPubSecKey(
                new PubSecKeyOptions()
                    .setAlgorithm(ALGORITHM)
                    .setBuffer(Buffer.buffer(token.sessionKey()))));
  }

  /** Who is to be told of each cookie that its browser has forgotten. */
  void onGone(Consumer<String> listener) {
    gone = listener;
  }

  /** Gives the caller a session of that token, in place of the one that it has. */
  void open(RoutingContext request, HttpToken token) {
    String signed =
        byId.get(token.id())
            .signature()
            .generateToken(
                new JsonObject(),
                new JWTOptions()
                    .setAlgorithm(ALGORITHM)
                    .setExpiresInSeconds((int) LIFE.toSeconds()));
    give(request, token.id() + '.' + signed, LIFE);
  }

  /** Has the caller's browser forget its session. */
  void close(RoutingContext request) {
    give(request, "", Duration.ZERO);
  }

  private void give(RoutingContext request, String value, Duration life) {
    Cookie before = request.request().getCookie(COOKIE);
    if (before != null) {
      gone.accept(before.getValue());
    }
    request
        .response()
        .addCookie(
            Cookie.cookie(COOKIE, value)
                .setPath("/")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setSecure(secure || OriginCheck.isByTls(request.request()))
                .setMaxAge(life.toSeconds()));
  }

  /** The caller's session; null if it has none that counts. */
  Session of(RoutingContext request) {
    Cookie cookie = request.request().getCookie(COOKIE);
    if (cookie == null) {
      return null;
    }
    String value = cookie.getValue();
    int dot = value.indexOf('.');
    Signed signed = dot < 0 ? null : byId.get(value.substring(0, dot));
    if (signed == null) {
      return null;
    }
    // It is there at once: nothing but a signature is looked at.
    Future<User> user =
        signed.signature().authenticate(new TokenCredentials(value.substring(dot + 1)));
    return user.succeeded()
        ? new Session(signed.token(), value, end(user.result().attributes()))
        : null;
  }

  private static long end(JsonObject claims) {
    return TimeUnit.SECONDS.toMillis(claims.getLong("exp"));
  }
}
