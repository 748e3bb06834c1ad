package dev.errand.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.util.List;

/** A client of an HTTP server in a process of its own: {@link WorkLoop}. Ends with its input. */
final class PostClient {

  private static final int REFUSED = 300;

  private final HttpClient http;
  private final String path;

  private PostClient(HttpClient http, String path) {
    this.http = http;
    this.path = path;
  }

  /** Takes the port and the path. */
  public static void main(String[] args) throws Exception {
    Vertx vertx = Vertx.vertx();
    Context context = vertx.getOrCreateContext();
    HttpClientOptions options =
        new HttpClientOptions()
            .setDefaultHost("127.0.0.1")
            .setDefaultPort(Integer.parseInt(args[0]));
    PoolOptions pool = new PoolOptions().setHttp1MaxSize(1_000);
    PostClient client = new PostClient(vertx.createHttpClient(options, pool), args[1]);
    WorkLoop.answer(work -> Member.on(context, () -> client.run(work)));
    System.exit(0);
  }

  private Future<Tally> run(Work work) {
    String head = "{\"type\":\"" + work.payload().type() + "\",\"payload\":";
    List<Buffer> bodies =
        work.payload().samples().stream()
            .map(sample -> Buffer.buffer(head + sample.payload() + "}"))
            .toList();
    return TaskStream.run(
        work, new TaskStream.Calls<>(bodies, this::post, (body, status) -> status < REFUSED));
  }

  private Future<Integer> post(Buffer body) {
    return http.request(HttpMethod.POST, path)
        .compose(
            request ->
                request
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .send(body)
                    .compose(response -> response.end().map(any -> response.statusCode())));
  }
}
