package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.HttpSettings;
import dev.errand.dispatcher.Await;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The time is the test's; connections and requests are real. */
class ConnectionsTest {

  private static final int MOST = 3;
  private static final Patience PATIENCE = new Patience(100, 600, 200);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicLong now = new AtomicLong();
  private final Connections connections = new Connections(MOST, PATIENCE, now::get);
  private final AtomicReference<HttpServerRequest> request = new AtomicReference<>();
  private final List<Socket> sockets = new ArrayList<>();
  private final AtomicInteger seen = new AtomicInteger();
  private Context context;
  private HttpServer server;

  @BeforeEach
  void open() {
    context = vertx.getOrCreateContext();
    server = vertx.createHttpServer(WebDoor.options(new HttpSettings("127.0.0.1", 0)));
    onLoop(
        () ->
            server
                .connectionHandler(
                    opened -> {
                      connections.opened(opened);
                      seen.incrementAndGet();
                    })
                .requestHandler(
                    begun -> {
                      connections.begun(begun);
                      request.set(begun);
                    })
                .listen(0, "127.0.0.1"));
    Await.until(() -> server.actualPort() > 0);
  }

  @AfterEach
  void close() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private void onLoop(Runnable step) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    context.runOnContext(
        any -> {
          try {
            step.run();
            done.complete(null);
          } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
          }
        });
    done.orTimeout(20, TimeUnit.SECONDS).join();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    sockets.add(socket);
    Await.until(() -> seen.get() == sockets.size());
    return socket;
  }

  private Socket connect(String text) throws IOException {
    Socket socket = connect();
    write(socket, text);
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** A request, without the empty line at its head's end. */
  private static String post(int length) {
    return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n";
  }

  private HttpServerRequest awaitRequest() {
    Await.until(() -> request.get() != null);
    return request.getAndSet(null);
  }

  /** Some time goes by. */
  private void passes(long millis) {
    now.addAndGet(millis);
    onLoop(connections::look);
  }

  private static boolean isClosed(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true;
    }
  }

  private static boolean isOpen(Socket socket) throws IOException {
    socket.setSoTimeout(200);
    try {
      return socket.getInputStream().read() >= 0;
    } catch (SocketTimeoutException e) {
      return true;
    }
  }

  @Test
  void whoSaysNothingIsClosed() throws IOException {
    Socket socket = connect();
    passes(99);
    assertThat(isOpen(socket)).isTrue();
    passes(1);
    assertThat(isClosed(socket)).isTrue();
  }

  @Test
  void soIsWhoDoesNotFinishTheHead() throws IOException {
    Socket socket = connect(post(1));
    passes(60);
    write(socket, "More: and\r\n");
    assertThat(isOpen(socket)).isTrue();
    passes(40);
    assertThat(isClosed(socket)).isTrue();
  }

  @Test
  void aWaitHasNoEndByThis() throws IOException {
    Socket socket = connect(post(0) + "\r\n");
    HttpServerRequest waiting = awaitRequest();
    passes(1_000_000);
    onLoop(() -> waiting.response().setChunked(true).write("a"));
    passes(1_000_000);
    assertThat(isOpen(socket)).isTrue();
    onLoop(() -> waiting.response().end());
    assertThat(read(socket)).contains("\r\na\r\n");
  }

  private static String read(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    byte[] bytes = new byte[4_096];
    StringBuilder text = new StringBuilder();
    while (!text.toString().contains("0\r\n\r\n")) {
      text.append(
          new String(bytes, 0, socket.getInputStream().read(bytes), StandardCharsets.UTF_8));
    }
    return text.toString();
  }

  @Test
  void aBodyThatStallsIsClosedAndOneThatGetsOnIsNot() throws IOException {
    Socket socket = connect(post(100) + "\r\n");
    HttpServerRequest uploading = awaitRequest();
    for (int i = 1; i < 10; i++) {
      write(socket, "x");
      long sent = i;
      Await.until(() -> uploading.bytesRead() == sent);
      passes(150);
    }
    assertThat(isOpen(socket)).isTrue();
    passes(199);
    assertThat(isOpen(socket)).isTrue();
    passes(1);
    assertThat(isClosed(socket)).isTrue();
  }

  @Test
  void aBodyThatIsNotReadForAWhileStallsNotBeforeItIsReadOn() throws IOException {
    Socket socket = connect(post(100) + "\r\n");
    HttpServerRequest uploading = awaitRequest();
    onLoop(() -> connections.pause(uploading));
    passes(0);
    passes(1_000_000);
    assertThat(isOpen(socket)).isTrue();
    onLoop(() -> connections.resume(uploading));
    passes(199);
    assertThat(isOpen(socket)).isTrue();
    passes(1);
    assertThat(isClosed(socket)).isTrue();
  }

  @Test
  void theRestOfABodyThatIsAnsweredIsNotReadForEver() throws IOException {
    Socket socket = connect(post(100_000) + "\r\n");
    HttpServerRequest uploading = awaitRequest();
    onLoop(() -> uploading.response().end("no"));
    passes(0);
    for (int i = 0; i < 3; i++) {
      write(socket, "x");
      passes(60);
    }
    assertThat(isOpen(socket)).isTrue();
    passes(20);
    assertThat(drained(socket)).isTrue();
  }

  private static boolean drained(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    try {
      socket.getInputStream().readAllBytes();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true;
    }
  }

  @Test
  void whoDoesNotTakeTheAnswerIsClosed() throws IOException {
    Socket socket = connect(post(0) + "\r\n");
    HttpServerRequest reading = awaitRequest();
    Buffer part = Buffer.buffer(new byte[1 << 20]);
    onLoop(
        () -> {
          reading.response().setChunked(true);
          for (int i = 0; i < 50; i++) {
            reading.response().write(part);
          }
        });
    assertThat(reading.response().writeQueueFull()).isTrue();
    passes(0);
    passes(199);
    assertThat(isOpen(socket)).isTrue();
    passes(1);
    assertThat(drained(socket)).isTrue();
  }

  @Test
  void whoHasHadAnAnswerMayStayAWhile() throws IOException {
    Socket socket = connect(post(0) + "\r\n");
    HttpServerRequest first = awaitRequest();
    onLoop(() -> first.response().end());
    passes(0);
    passes(599);
    write(socket, post(0) + "\r\n");
    HttpServerRequest second = awaitRequest();
    passes(500);
    onLoop(() -> second.response().end());
    passes(0);
    passes(599);
    onLoop(() -> assertThat(connections.count()).isEqualTo(1));
    passes(1);
    assertThat(drained(socket)).isTrue();
  }

  @Test
  void thereAreNoMoreThanSoManyAndRoomComesBack() throws IOException {
    List<Socket> first = List.of(connect(), connect(), connect());
    Await.until(() -> count() == MOST);
    assertThat(isClosed(connect())).isTrue();
    for (Socket socket : first) {
      assertThat(isOpen(socket)).isTrue();
    }
    first.get(0).close();
    Await.until(() -> count() == MOST - 1);
    Socket next = connect(post(0) + "\r\n");
    awaitRequest();
    assertThat(isOpen(next)).isTrue();
  }

  private int count() {
    CompletableFuture<Integer> count = new CompletableFuture<>();
    onLoop(() -> count.complete(connections.count()));
    return count.join();
  }
}
