package dev.errand.config.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.config.cluster.AddressInUseException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthDoorTest {

  private static final String KEY = "worker.healthPort";

  private final Vertx vertx = Vertx.vertx();
  private final HttpClientAgent http = vertx.createHttpClient();
  private volatile boolean alive = true;
  private volatile boolean ready;
  private int port;

  @BeforeEach
  void open() {
    port = get(door().open(vertx, "127.0.0.1", 0, KEY));
  }

  @AfterEach
  void close() {
    await().until(vertx.close()::isComplete);
  }

  private HealthDoor door() {
    return new HealthDoor(() -> alive, () -> ready);
  }

  private static <T> T get(Future<T> future) {
    await().until(future::isComplete);
    return future.result();
  }

  private int status(HttpMethod method, String path) {
    return get(
        http.request(method, port, "127.0.0.1", path)
            .compose(request -> request.send())
            .map(HttpClientResponse::statusCode));
  }

  @Test
  void oneThatWaitsForItsDispatcherIsAliveButNotReady() {
    assertThat(status(HttpMethod.GET, "/livez")).isEqualTo(200);
    assertThat(status(HttpMethod.GET, "/readyz")).isEqualTo(503);
    ready = true;
    assertThat(status(HttpMethod.GET, "/readyz")).isEqualTo(200);
    alive = false;
    assertThat(status(HttpMethod.GET, "/livez")).isEqualTo(503);
  }

  @Test
  void nothingElseIsSaid() {
    assertThat(status(HttpMethod.GET, "/")).isEqualTo(404);
    assertThat(status(HttpMethod.GET, "/livez/x")).isEqualTo(404);
    assertThat(status(HttpMethod.POST, "/livez")).isEqualTo(405);
  }

  @Test
  void thoseWhoStayMakeRoomForTheNext() throws IOException {
    List<Socket> staying = new ArrayList<>();
    try {
      for (int i = 0; i < HealthDoor.MOST_CONNECTIONS; i++) {
        staying.add(new Socket("127.0.0.1", port));
      }
      assertThat(status(HttpMethod.GET, "/livez")).isEqualTo(200);
      staying.get(0).setSoTimeout(5_000);
      assertThat(staying.get(0).getInputStream().read()).isNegative();
    } finally {
      for (Socket socket : staying) {
        socket.close();
      }
    }
  }

  @Test
  void aPortThatIsTakenIsNamedWithItsKey() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Future<Integer> opened = door().open(vertx, "127.0.0.1", other.getLocalPort(), KEY);
      await().until(opened::isComplete);
      assertThat(opened.cause())
          .isInstanceOf(AddressInUseException.class)
          .hasMessage(
              "127.0.0.1:"
                  + other.getLocalPort()
                  + " is taken by another program: stop it, or set worker.healthPort otherwise");
    }
  }
}
