package dev.errand.dispatcher.web;

import dev.errand.config.settings.HttpToken;
import dev.errand.config.settings.HttpTokens;
import dev.errand.config.settings.Role;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who may do what: by a token in each request, or by the session of one. */
final class Access {

  private static final Pattern BEARER =
      Pattern.compile("Bearer +(\\S+) *", Pattern.CASE_INSENSITIVE);
  private static final String CALLER = "errand.caller";
  private static final String CHALLENGE = "Bearer realm=\"errand\"";

  private final HttpTokens tokens;
  private final Sessions sessions;

  /**
   * Lets the holders of those tokens in; if there are none, everyone.
   *
   * @param sessions of the same tokens
   */
  Access(HttpTokens tokens, Sessions sessions) {
    this.tokens = tokens;
    this.sessions = sessions;
  }

  /** Lets those pass who have that role or a higher one. */
  Handler<RoutingContext> allow(Role least) {
    return request -> {
      Caller caller = known(request);
      Role role = caller.role();
      if (!role.includes(least)) {
        throw new Problem(
            ProblemType.FORBIDDEN,
            "this takes the role " + least.text() + ", and the token has " + role.text());
      }
      request.put(CALLER, caller);
      request.next();
    };
  }

  /** Who made a request that {@link #allow} let pass. */
  static Caller caller(RoutingContext request) {
    return request.get(CALLER);
  }

  /**
   * What the caller may do.
   *
   * @throws Problem if nobody knows the caller
   */
  Role role(RoutingContext request) {
    return known(request).role();
  }

  private Caller known(RoutingContext request) {
    String address = request.request().remoteAddress().hostAddress();
    if (tokens.isEmpty()) {
      return new Caller(Role.ADMIN, Caller.By.LOCAL, address, null);
    }
    String shown = request.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (shown != null) {
      Matcher bearer = BEARER.matcher(shown);
      HttpToken token = token(request, bearer.matches() ? bearer.group(1) : "");
      return new Caller(token.role(), Caller.By.TOKEN, address, null);
    }
    Sessions.Session session = sessions.of(request);
    if (session == null) {
      throw unknown(
          request,
          CHALLENGE,
          "send one of the tokens that the dispatcher's http.tokens or http.tokensFile has, as"
              + " Authorization: Bearer TOKEN");
    }
    return new Caller(session.token().role(), Caller.By.SESSION, address, session);
  }

  /**
   * The token of that text.
   *
   * @throws Problem if there is none
   */
  HttpToken token(RoutingContext request, String text) {
    HttpToken token = tokens.find(text);
    if (token == null) {
      throw unknown(
          request,
          CHALLENGE + ", error=\"invalid_token\"",
          "the dispatcher does not know this token: its http.tokens or http.tokensFile has those"
              + " that it knows");
    }
    return token;
  }

  private static Problem unknown(RoutingContext request, String challenge, String detail) {
    request.response().putHeader("WWW-Authenticate", challenge);
    return new Problem(ProblemType.UNAUTHORIZED, detail);
  }
}
