package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.config.security.AuthKey;
import dev.errand.config.security.ClusterAuthority;
import dev.errand.config.settings.HttpSettings;
import dev.errand.config.settings.HttpTokens;
import dev.errand.dispatcher.figures.NodeDraft;
import dev.errand.dispatcher.figures.NodeState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is between a connection and the routes. */
class WebDoorTest {

  private static final HttpSettings PLAIN = new HttpSettings("127.0.0.1", 0);
  private static final int LOOK_AND_MORE = (int) Connections.LOOK_MILLIS + 200;
  private static final int LONG = 20_000;
  private static final NodeState ENDING = new NodeDraft().closed().state();

  private static HttpSettings secure() {
    return new HttpSettings(
        "127.0.0.1",
        0,
        HttpTokens.NONE,
        ClusterAuthority.of(AuthKey.random(), "web").issue("web"),
        List.of());
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  }

  /** A whole request, whose connection stays. */
  private static String stay(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void tlsIsOfTheTwoNewestVersions(String version) throws IOException {
    try (GuardedDoor door = new GuardedDoor(secure());
        SSLSocket socket = door.connectSecure(version)) {
      assertThat(RawRequest.talk(socket, get("/livez") + "\r\n").status()).isEqualTo(200);
      assertThat(socket.getSession().getProtocol()).isEqualTo(version);
    }
  }

  @Test
  void aPortThatIsTakenIsNamedWithItsKey() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = other.getLocalPort();
      String taken = "127.0.0.1:" + port + " is taken by another program: stop it, or set ";
      assertThatThrownBy(() -> new GuardedDoor(new HttpSettings("127.0.0.1", port)))
          .hasStackTraceContaining(taken + "http.port otherwise");
      HttpSettings probed =
          new HttpSettings("127.0.0.1", 0, HttpTokens.NONE, null, List.of(), OptionalInt.of(port));
      assertThatThrownBy(() -> new GuardedDoor(probed))
          .hasStackTraceContaining(taken + "http.healthPort otherwise");
    }
  }

  @Test
  void olderTlsIsRefused() throws IOException {
    assertThat(WebDoor.options(secure()).getEnabledSecureTransportProtocols())
        .containsExactlyInAnyOrder("TLSv1.2", "TLSv1.3");
    try (GuardedDoor door = new GuardedDoor(secure());
        SSLSocket socket = door.connectSecure("TLSv1.1")) {
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
    }
  }

  @Test
  void byTlsBrowsersMaySpeakHttp2() throws IOException {
    try (GuardedDoor door = new GuardedDoor(secure());
        SSLSocket socket = door.connectSecure("TLSv1.3")) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
    }
  }

  @Test
  void plainTextIsNotAnsweredWhereTlsIsSpoken() throws IOException {
    try (GuardedDoor door = new GuardedDoor(secure());
        Socket socket = door.connectPlain()) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write((get("/livez") + "\r\n").getBytes(StandardCharsets.UTF_8));
      assertThat(new String(read(socket), StandardCharsets.ISO_8859_1)).doesNotContain("HTTP");
    }
  }

  /** All until the end; a connection that was reset has ended, too. */
  private static byte[] read(Socket socket) throws IOException {
    try {
      return socket.getInputStream().readAllBytes();
    } catch (SocketException e) {
      return new byte[0];
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /livez\r\n\r\n",
        "GET /livez HTTP/9\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      })
  void whatIsNoRequestIsAnsweredAndTheConnectionClosed(String text) throws IOException {
    try (GuardedDoor door = new GuardedDoor(PLAIN);
        Socket socket = door.connect()) {
      RawRequest.Answer answer = RawRequest.talk(socket, text);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.problem()).isEqualTo("invalid-request");
    }
  }

  @Test
  void aFloodOfHeadersIsRefusedByItsSize() throws IOException {
    List<String> floods = new ArrayList<>(List.of("X: " + "x".repeat(20_000) + "\r\n"));
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      many.append("X").append(i).append(": y\r\n");
    }
    floods.add(many.toString());
    try (GuardedDoor door = new GuardedDoor(PLAIN)) {
      for (String flood : floods) {
        try (Socket socket = door.connect()) {
          RawRequest.Answer answer = RawRequest.talk(socket, get("/livez") + flood);
          assertThat(answer.status()).isEqualTo(431);
          assertThat(answer.problem()).isEqualTo("headers-too-large");
        }
      }
      try (Socket socket = door.connect()) {
        String some = get("/livez") + "X: " + "x".repeat(16_000) + "\r\n\r\n";
        assertThat(RawRequest.talk(socket, some).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void anAddressThatIsTooLongIsRefused() throws IOException {
    try (GuardedDoor door = new GuardedDoor(PLAIN);
        Socket socket = door.connect()) {
      RawRequest.Answer answer =
          RawRequest.talk(socket, get("/livez?" + "x".repeat(8_200)) + "\r\n");
      assertThat(answer.status()).isEqualTo(414);
      assertThat(answer.problem()).isEqualTo("uri-too-long");
    }
  }

  @Test
  void whoAsksBeforeItSendsIsToldToGoOn() {
    try (GuardedDoor door = new GuardedDoor(PLAIN)) {
      RawRequest.Answer first =
          door.request("POST", "/api/v1/session")
              .header("Expect", "100-continue")
              .json("{\"token\": \"x\"}")
              .send();
      assertThat(first.status()).isEqualTo(100);
      assertThat(first.body()).startsWith("HTTP/1.1 200").contains("\"admin\"");
    }
  }

  @Test
  void aBodyIsNotUnpacked() {
    try (GuardedDoor door = new GuardedDoor(PLAIN)) {
      RawRequest.Answer answer =
          door.request("POST", "/api/v1/session")
              .header("Content-Encoding", "gzip")
              .json("{\"token\": \"x\"}")
              .send();
      assertThat(answer.status()).isEqualTo(200);
    }
  }

  @Test
  void aHeadThatComesByteForByteIsCutOff() throws Exception {
    AtomicLong now = new AtomicLong();
    try (GuardedDoor door =
            new GuardedDoor(PLAIN, closed -> closed.admit(WebDoor.MOST_CONNECTIONS, now::get));
        Socket socket = door.connect()) {
      socket.getOutputStream().write('G');
      // It may be that the door sees the connection only now.
      now.set(9_999);
      assertThat(drip(socket, LOOK_AND_MORE)).as("nobody is cut off within ten seconds").isTrue();
      now.set(19_998);
      socket.getOutputStream().write('T');
      now.set(19_999);
      assertThat(drip(socket, LONG)).isFalse();
    }
  }

  /** Whoever supervises the node would end it just when it is busy. */
  @Test
  void whereNoMoreCallersAreAdmittedTheHealthPortAnswers() throws IOException {
    int health = freePort();
    HttpSettings settings =
        new HttpSettings("127.0.0.1", 0, HttpTokens.NONE, null, List.of(), OptionalInt.of(health));
    AtomicReference<NodeState> node = new AtomicReference<>(NodeState.ALONE);
    try (GuardedDoor door =
            new GuardedDoor(settings, closed -> closed.admit(1, () -> 0), node::get);
        Socket only = door.connect()) {
      only.getOutputStream().write((stay("/livez")).getBytes(StandardCharsets.UTF_8));
      assertThat(only.getInputStream().read()).isEqualTo('H');
      try (Socket more = door.connect()) {
        assertThat(drip(more, LONG)).isFalse();
      }
      assertThat(probe(health, "/livez")).isEqualTo(200);
      assertThat(probe(health, "/readyz")).isEqualTo(200);
      node.set(ENDING);
      assertThat(probe(health, "/livez")).isEqualTo(200);
      assertThat(probe(health, "/readyz")).isEqualTo(503);
    }
  }

  /** Below those that a system gives out by itself: nobody gets it in the meantime. */
  private static int freePort() {
    int port = 20_000 + (int) (ProcessHandle.current().pid() % 10_000);
    while (isTaken(port)) {
      port++;
    }
    return port;
  }

  private static boolean isTaken(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return !socket.isBound();
    } catch (IOException e) {
      return true;
    }
  }

  private static int probe(int port, String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return RawRequest.talk(socket, get(path) + "\r\n").status();
    }
  }

  /** A byte; false if the connection ends within that time. */
  private static boolean drip(Socket socket, int millis) {
    try {
      socket.setSoTimeout(millis);
      socket.getOutputStream().write('G');
      return socket.getInputStream().read() >= 0;
    } catch (SocketTimeoutException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
