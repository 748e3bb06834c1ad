package dev.errand.dispatcher.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.Await;
import dev.errand.dispatcher.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.junit5.VertxExtension;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LargeAnswersTest {

  private static final int ROOM = 64 << 20;

  /** More than the buffers of a connection take. */
  private static final int LARGE = 32 << 20;

  private final ByteRoom room = new ByteRoom(ROOM);

  /** All of the room is there. */
  private boolean isWhole() {
    boolean whole = room.take(ROOM);
    if (whole) {
      room.giveBack(ROOM);
    }
    return whole;
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/stats", "/api/v1/types", "/api/v1/workers", "/metrics"})
  void whatGrowsWithTypesAndWorkersIsRefusedWhereThereIsNoRoom(String path) {
    try (FiguresFixture fixture =
        FiguresFixture.open(
            door -> door.share(new ByteRoom(1 << 20), new ByteRoom(1 << 20), room))) {
      for (int i = 0; i < 100; i++) {
        int first = 2 * i;
        fixture.worker(
            "w" + i,
            1,
            IntStream.range(first, first + 2).mapToObj(j -> "t" + j).toArray(String[]::new));
      }
      Await.until(
          () -> fixture.onLoop(() -> fixture.dispatch().snapshot().workers()).size() == 100);
      assertThat(fixture.send(fixture.request(path)).body().length()).isGreaterThan(16 << 10);
      Await.until(() -> fixture.onLoop(this::isWhole));
      assertThat(fixture.onLoop(() -> room.take(ROOM))).isTrue();
      HttpResponse<String> refused = fixture.send(fixture.request(path));
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
      assertThat(fixture.send(fixture.request("/api/v1/types/t1")).statusCode()).isEqualTo(200);
    }
  }

  @Test
  @ExtendWith(VertxExtension.class)
  void itsRoomIsTakenUntilItsReaderHasGone(Vertx vertx) throws IOException {
    Context context = vertx.getOrCreateContext();
    EventLoop loop = new EventLoop(context);
    LargeAnswers answers = new LargeAnswers(room);
    Router router = Router.router(vertx);
    router
        .get("/")
        .handler(
            request -> answers.write(request, "text/plain", () -> Buffer.buffer(new byte[LARGE])));
    HttpServer server =
        loop.get(() -> vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
    try (Socket socket = new Socket("127.0.0.1", server.actualPort())) {
      socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
      assertThat(
              new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))
                  .readLine())
          .isEqualTo("HTTP/1.1 200 OK");
      assertThat(loop.run(this::isWhole)).isFalse();
    }
    Await.until(() -> loop.run(this::isWhole));
  }
}
