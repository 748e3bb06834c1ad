package dev.errand.dispatcher.web;

import dev.errand.config.settings.HttpSettings;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Refuses requests that are for another host: a page of somebody else's whose name was made to lead
 * here would be this one's own for a browser.
 */
final class HostCheck implements Handler<RoutingContext> {

  private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "::1");

  private final Set<String> allowed = new HashSet<>(LOOPBACK);
  private final boolean all;

  HostCheck(HttpSettings settings) {
    allowed.add(settings.host().toLowerCase(Locale.ROOT));
    allowed.addAll(settings.allowedHosts());
    // There are tokens then, which such a page has not, nor a session of one.
    all = settings.allowedHosts().isEmpty() && !settings.isLoopback();
  }

  @Override
  public void handle(RoutingContext request) {
    if (request.request().headers().getAll(HttpHeaders.HOST).size() > 1) {
      throw new Problem(ProblemType.INVALID, "the header Host is there more than once");
    }
    HostAndPort authority = request.request().authority();
    if (!all && (authority == null || !allowed.contains(name(authority)))) {
      throw new Problem(
          ProblemType.MISDIRECTED,
          "this dispatcher is not called so: use its own name, or add this one to its"
              + " http.allowedHosts");
    }
    request.next();
  }

  private static String name(HostAndPort authority) {
    return authority.host().toLowerCase(Locale.ROOT).replaceAll("^\\[(.*)]$", "$1");
  }
}
