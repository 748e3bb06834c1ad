package dev.errand.dispatcher.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The status page at {@code /} and its files, open to everyone: what it shows comes from the API,
 * and takes a role there. They come from the class path alone, and once read they stay in memory.
 * Owner: the dispatcher's event loop.
 */
final class PageRoutes implements Routes {

  private static final String PATH = "/page/";

  /** What a file of the page can be called; it leads nowhere else. */
  private static final Pattern NAME = Pattern.compile("(uplot/)?\\w[\\w.]*\\.(html|js|css|svg)");

  /** Only what the dispatcher itself serves; text is never script, and no other page frames it. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

  private final Map<String, PageFile> files = new HashMap<>();

  @Override
  public void mount(Router router, Access access) {
    router.get("/").handler(request -> send(request, "index.html"));
    router
        .get(PATH + "*")
        .handler(request -> send(request, request.normalizedPath().substring(PATH.length())));
  }

  private void send(RoutingContext request, String name) {
    PageFile file =
        NAME.matcher(name).matches()
            ? files.computeIfAbsent(name, any -> PageFile.read("page/" + name))
            : null;
    if (file == null) {
      request.next();
      return;
    }
    HttpServerResponse response = request.response();
    response
        .putHeader("content-security-policy", POLICY)
        .putHeader(HttpHeaders.CONTENT_TYPE, file.media())
        .putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    if (takesPacked(request)) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip").end(file.packed());
    } else {
      response.end(file.plain());
    }
  }

  private static boolean takesPacked(RoutingContext request) {
    return request.parsedHeaders().acceptEncoding().stream()
        .anyMatch(each -> each.value().equalsIgnoreCase("gzip") && each.weight() > 0);
  }
}
