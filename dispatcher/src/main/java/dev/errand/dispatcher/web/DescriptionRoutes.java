package dev.errand.dispatcher.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** {@code /openapi.yaml}, open to everyone: what all other routes are. */
final class DescriptionRoutes implements Routes {

  private static final String PATH = "/openapi.yaml";

  /** Beside this class, wherever the dispatcher is started. */
  private static Buffer description() {
    try (InputStream in = DescriptionRoutes.class.getResourceAsStream("openapi.yaml")) {
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void mount(Router router, Access access) {
    Buffer description = description();
    router
        .get(PATH)
        .handler(
            request ->
                request
                    .response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/yaml")
                    .end(description));
  }
}
