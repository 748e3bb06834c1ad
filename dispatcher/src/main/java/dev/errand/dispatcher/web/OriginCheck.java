package dev.errand.dispatcher.web;

import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Set;

/** Refuses what pages of others have a browser send here that is meant to change something. */
final class OriginCheck implements Handler<RoutingContext> {

  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  /** From the page itself, or from the user. */
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  @Override
  public void handle(RoutingContext request) {
    if (!READING.contains(request.request().method()) && !isOwn(request.request())) {
      throw new Problem(
          ProblemType.CROSS_SITE,
          "a page of another site has sent this: only the dispatcher's own page, and programs, may");
    }
    request.next();
  }

  private static boolean isOwn(HttpServerRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    if (site != null) {
      return OWN_SITE.contains(site);
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    return origin == null || isOwn(origin, request.authority());
  }

  /**
   * Whether the browser got the page by TLS, as far as it says so: something in front may do it.
   */
  static boolean isByTls(HttpServerRequest request) {
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    return origin != null && origin.startsWith("https://");
  }

  /** By TLS or not is left aside: something in front may do that. */
  private static boolean isOwn(String origin, HostAndPort authority) {
    try {
      URI uri = URI.create(origin);
      int usual = "https".equals(uri.getScheme()) ? HTTPS_PORT : HTTP_PORT;
      return authority != null
          && authority.host().equalsIgnoreCase(uri.getHost())
          && port(authority.port(), usual) == port(uri.getPort(), usual);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static int port(int stated, int usual) {
    return stated < 0 ? usual : stated;
  }
}
