package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.HttpSettings;
import dev.errand.config.settings.HttpToken;
import dev.errand.config.settings.HttpTokens;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events that are told by the cookie of a session end with it. */
// What reads a socket is not interrupted.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SessionStreamsTest {

  private static final int PATIENCE_MILLIS = 20_000;

  /** Cookies end with whole seconds: this one at most a second earlier. */
  private static final int SOON_SECONDS = 4;

  /** More than came before the test has looked, however slow it is. */
  private static final int MOST_FIGURES = 20;

  private static final String READER = "read-0123456789abcdef";
  private static final String BOSS = "admin-0123456789abcdef";
  private static final HttpTokens TOKENS =
      HttpTokens.of(new JsonObject().put(READER, "read").put(BOSS, "admin"));

  private GuardedDoor door;

  @BeforeEach
  void open() {
    door = new GuardedDoor(new HttpSettings("127.0.0.1", 0, TOKENS, null, List.of()));
  }

  @AfterEach
  void close() {
    door.close();
  }

  /** Somebody who listens, and has heard something. */
  private final class Stream implements AutoCloseable {

    private final Socket socket = door.connect();
    private final BufferedReader in;

    Stream(String header) throws IOException {
      socket.setSoTimeout(PATIENCE_MILLIS);
      String head =
          "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
              + header
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      assertThat(goesOn()).isTrue();
    }

    /** Whether other figures come; else it has ended. */
    boolean goesOn() throws IOException {
      String line = in.readLine();
      while (line != null && !line.equals("event: stats")) {
        line = in.readLine();
      }
      return line != null;
    }

    /** Whether it ends within so many figures, of which one comes each second. */
    boolean endsWithin(int figures) throws IOException {
      for (int i = 0; i < figures; i++) {
        if (!goesOn()) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private RawRequest signIn(String token) {
    return door.request("POST", "/api/v1/session").json("{\"token\": \"" + token + "\"}");
  }

  private String cookie(String token) {
    return "Cookie: " + signIn(token).send().headers().get("set-cookie").split(";")[0];
  }

  private static String value(String cookie) {
    return cookie.substring("Cookie: ".length());
  }

  private static String cookieThatIsSoonOver() {
    HttpToken token = TOKENS.find(BOSS);
    Vertx vertx = Vertx.vertx();
    try {
      JWTAuth signature =
          JWTAuth.create(
              vertx,
              new JWTAuthOptions()
                  .addPubSecKey(
                      new PubSecKeyOptions()
                          .setAlgorithm("HS256")
                          .setBuffer(Buffer.buffer(token.sessionKey()))));
      JWTOptions options = new JWTOptions().setAlgorithm("HS256").setExpiresInSeconds(SOON_SECONDS);
      return "Cookie: "
          + Sessions.COOKIE
          + "="
          + token.id()
          + "."
          + signature.generateToken(new JsonObject(), options);
    } finally {
      vertx.close();
    }
  }

  @Test
  void whoeverLeavesHearsNothingMoreAndOthersDo() throws IOException {
    String cookie = cookie(BOSS);
    try (Stream left = new Stream(cookie);
        Stream other = new Stream(cookie(READER));
        Stream program = new Stream("Authorization: Bearer " + BOSS)) {
      door.request("DELETE", "/api/v1/session").header("Cookie", value(cookie)).send();
      assertThat(left.endsWithin(MOST_FIGURES)).isTrue();
      assertThat(other.endsWithin(3)).isFalse();
      assertThat(program.endsWithin(3)).isFalse();
    }
  }

  @Test
  void whoeverSignsInAsSomebodyElseBeginsAnew() throws IOException {
    String cookie = cookie(BOSS);
    try (Stream before = new Stream(cookie)) {
      signIn(READER).header("Cookie", value(cookie)).send();
      assertThat(before.endsWithin(MOST_FIGURES)).isTrue();
    }
  }

  @Test
  void aSessionThatIsOverEndsItsStream() throws IOException {
    try (Stream stream = new Stream(cookieThatIsSoonOver())) {
      assertThat(stream.endsWithin(MOST_FIGURES)).isTrue();
    }
  }

  @Test
  void aTokenThatIsShownGoesOnWithoutTheCookie() throws IOException {
    String soonOver = cookieThatIsSoonOver();
    try (Stream stream = new Stream("Authorization: Bearer " + BOSS + "\r\n" + soonOver)) {
      assertThat(stream.endsWithin(SOON_SECONDS + 2)).isFalse();
    }
  }
}
