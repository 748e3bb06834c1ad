package dev.errand.command.client;

import dev.errand.config.launch.ExitCode;
import dev.errand.config.launch.NodeFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * The dispatcher's HTTP side, as {@code ERRAND_URL}, {@code ERRAND_TOKEN} and {@code ERRAND_CA}
 * say. All methods block and may be called from any thread.
 */
final class Server {

  private static final String USUAL_URL = "http://127.0.0.1:8080";
  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final URI url;
  private final String token;
  private final boolean hasOwnTrust;
  private final HttpClient http;
  private volatile boolean hasAnswered;

  private Server(URI url, String token, boolean hasOwnTrust, HttpClient http) {
    this.url = url;
    this.token = token;
    this.hasOwnTrust = hasOwnTrust;
    this.http = http;
  }

  /**
   * The one that the environment names.
   *
   * @throws NodeFailure if a variable is wrong
   */
  static Server of(Map<String, String> environment) {
    // Of HTTP/2 a long upload would not profit, and a refusal in the midst of it is lost.
    HttpClient.Builder http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
    String authority = environment.getOrDefault("ERRAND_CA", "");
    if (!authority.isEmpty()) {
      http.sslContext(OwnTrust.in(Path.of(authority)));
    }
    String token = environment.getOrDefault("ERRAND_TOKEN", "").trim();
    if (!token.chars().allMatch(c -> c > ' ' && c <= '~')) {
      // It is not shown: it is a secret.
      throw wrong("ERRAND_TOKEN has spaces, or characters that are not ASCII: set it to the token");
    }
    URI url = url(environment.getOrDefault("ERRAND_URL", ""));
    return new Server(url, token, !authority.isEmpty(), http.build());
  }

  private static URI url(String text) {
    String given = text.isBlank() ? USUAL_URL : text.trim();
    try {
      URI url = URI.create(given.replaceAll("/+$", ""));
      boolean isWeb = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (isWeb
          && url.getHost() != null
          && url.getRawQuery() == null
          && url.getUserInfo() == null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // It is told below.
    }
    throw wrong("ERRAND_URL '" + given + "' must be an address such as " + USUAL_URL);
  }

  private static NodeFailure wrong(String line) {
    return new NodeFailure(ExitCode.USAGE, line);
  }

  /**
   * A command for people that gets the same. It names the variables: a token is a secret.
   *
   * @param path below {@code /api/v1}, with its query
   */
  String curl(String path) {
    return "curl -s "
        + (hasOwnTrust ? "--cacert \"$ERRAND_CA\" " : "")
        + (token.isEmpty() ? "" : "-H \"Authorization: Bearer $ERRAND_TOKEN\" ")
        + "'"
        + api(path)
        + "'";
  }

  private String api(String path) {
    return url + "/api/v1" + path;
  }

  /**
   * A request of the API.
   *
   * @param path below {@code /api/v1}, with its query
   */
  HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(api(path)));
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  /**
   * Asks and reads the whole answer.
   *
   * @throws IOException if none came
   */
  Answer ask(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = send(request, BodyHandlers.ofByteArray());
    return new Answer(response.statusCode(), response.headers(), response.body());
  }

  /**
   * Asks.
   *
   * @throws IOException if no answer came
   */
  <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body)
      throws IOException, InterruptedException {
    HttpResponse<T> response = http.send(request, body);
    hasAnswered = true;
    return response;
  }

  /** Whether it has ever answered; if not, it may be that there is none. */
  boolean hasAnswered() {
    return hasAnswered;
  }

  /** What is told of a dispatcher that does not answer. */
  NodeFailure unreachable(IOException cause) {
    return new NodeFailure(
        ExitCode.UNREACHABLE,
        "no dispatcher answers at " + url + ": " + why(cause) + "; " + cure(cause));
  }

  private String cure(IOException cause) {
    if (cause instanceof SSLException) {
      return "if its certificate is of your own authority, set ERRAND_CA to that one's PEM file; if"
          + " it has no http.tls, let ERRAND_URL begin with http:";
    }
    boolean isConnected =
        !(cause instanceof ConnectException || cause instanceof HttpTimeoutException);
    String tls =
        isConnected && url.getScheme().equals("http")
            ? ", or let it begin with https: if the dispatcher has http.tls"
            : "";
    return "start it (./errand dispatcher), or set ERRAND_URL to where it is" + tls;
  }

  /** The JDK has no words for some failures. */
  static String why(IOException failure) {
    String words = failure.getMessage();
    if (failure instanceof ConnectException) {
      return words == null ? "the connection is refused" : words;
    }
    return words == null ? failure.getClass().getSimpleName() : words;
  }
}
