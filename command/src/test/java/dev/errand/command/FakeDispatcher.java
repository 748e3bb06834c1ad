package dev.errand.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;

/** Answers as the HTTP API is described, and fails as it is told to. Tasks end at once. */
final class FakeDispatcher implements AutoCloseable {

  /** Lines of the batch that are tasks, with their text. */
  final ConcurrentSkipListMap<Long, String> lines = new ConcurrentSkipListMap<>();

  /** The bodies of single tasks. */
  final List<JsonObject> tasks = new ArrayList<>();

  final List<String> tokens = new ArrayList<>();

  /** So many lines are taken before 429; a refusal makes room for two. */
  final AtomicLong room = new AtomicLong(Long.MAX_VALUE);

  /** So many uploads are cut in their midst. */
  final AtomicInteger cutUploads = new AtomicInteger();

  /** So many answers with results are cut after their first line. */
  final AtomicInteger cutResults = new AtomicInteger();

  /** Results are told when there are so many lines, however they came. */
  final AtomicInteger fewestLines = new AtomicInteger();

  /** So many requests are answered by 503. */
  final AtomicInteger notReady = new AtomicInteger();

  /** What is answered for a single task, one after the other; the last one stays. */
  final List<JsonObject> answers = new ArrayList<>();

  /** Whatever is uploaded is answered by a page that knows nothing of batches. */
  volatile boolean isSomeoneElse;

  final AtomicLong blankLines = new AtomicLong();
  volatile JsonObject stats = new JsonObject();
  private final List<String> requests = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final String scheme;

  FakeDispatcher() throws IOException {
    this(HttpServer.create(address(), 0), "http");
  }

  /** One that speaks TLS. */
  FakeDispatcher(SSLContext tls) throws IOException {
    this(secured(tls), "https");
  }

  private static HttpsServer secured(SSLContext tls) throws IOException {
    HttpsServer server = HttpsServer.create(address(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    return server;
  }

  private static InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private FakeDispatcher(HttpServer server, String scheme) {
    this.server = server;
    this.scheme = scheme;
    server.setExecutor(threads);
    server.createContext("/api/v1/", this::answer);
    server.start();
  }

  String url() {
    return scheme + "://127.0.0.1:" + server.getAddress().getPort();
  }

  /** As "METHOD path?query", without the beginning of the path. */
  synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString().substring("/api/v1".length());
    synchronized (this) {
      requests.add(exchange.getRequestMethod() + " " + path);
      tokens.add(exchange.getRequestHeaders().getFirst("Authorization"));
    }
    try (exchange) {
      if (notReady.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        exchange.getRequestBody().readAllBytes();
        problem(exchange, 503, new JsonObject().put("detail", "it starts"));
      } else if (path.contains("/results")) {
        results(exchange, path.endsWith("?order=line"));
      } else if (isSomeoneElse) {
        exchange.getRequestBody().readAllBytes();
        send(exchange, 200, new JsonObject());
      } else if (path.startsWith("/batches/")) {
        upload(exchange);
      } else if (path.startsWith("/tasks")) {
        task(exchange);
      } else {
        send(exchange, 200, stats);
      }
    }
  }

  private synchronized void task(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (body.length > 0) {
      tasks.add(new JsonObject(new String(body, StandardCharsets.UTF_8)));
    }
    JsonObject answer = answers.size() > 1 ? answers.remove(0) : answers.get(0);
    if (answer.containsKey("status")) {
      if (answer.getInteger("status") == 401) {
        // As RFC 6750 has it.
        boolean isShown = exchange.getRequestHeaders().containsKey("Authorization");
        exchange
            .getResponseHeaders()
            .set("WWW-Authenticate", isShown ? "Bearer error=\"invalid_token\"" : "Bearer");
      }
      problem(exchange, answer.getInteger("status"), answer);
    } else {
      send(exchange, 200, answer);
    }
  }

  private void upload(HttpExchange exchange) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(exchange.getRequestBody(), StandardCharsets.UTF_8));
    boolean isCut = cutUploads.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    JsonArray rejected = new JsonArray();
    long number = 0;
    long accepted = 0;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      number++;
      if (line.isBlank()) {
        blankLines.incrementAndGet();
      } else if (!line.contains("\"type\"")) {
        rejected.add(new JsonObject().put("line", number).put("problem", "type is missing"));
      } else if (lines.containsKey(number) || room.get() > 0) {
        accepted++;
        if (lines.put(number, line) == null) {
          room.decrementAndGet();
        }
      } else {
        full(exchange, in, number, accepted);
        return;
      }
      if (isCut && accepted == 2) {
        return; // The exchange is closed without an answer.
      }
    }
    JsonObject told = new JsonObject().put("count", rejected.size()).put("first", rejected);
    JsonObject submitted = new JsonObject().put("id", "b").put("accepted", accepted);
    send(exchange, 201, submitted.put("rejected", told));
  }

  private void full(HttpExchange exchange, BufferedReader in, long line, long accepted)
      throws IOException {
    in.transferTo(Writer.nullWriter());
    room.set(2);
    exchange.getResponseHeaders().set("Retry-After", "0");
    JsonObject problem = new JsonObject().put("detail", "the queue is full");
    problem(exchange, 429, problem.put("accepted", accepted).put("line", line));
  }

  /** In pairs that are turned round, unless the order is asked for: so it can be told apart. */
  private void results(HttpExchange exchange, boolean inOrder) throws IOException {
    boolean isCut = cutResults.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    // Less than was announced is no end: an exchange in chunks would be ended well by its close.
    exchange.sendResponseHeaders(200, isCut ? Integer.MAX_VALUE : 0);
    OutputStream out = exchange.getResponseBody();
    List<Long> all = lines.size() < fewestLines.get() ? List.of() : new ArrayList<>(lines.keySet());
    for (int i = 0; i + 1 < all.size() && !inOrder; i += 2) {
      all.set(i, all.set(i + 1, all.get(i)));
    }
    for (long line : all) {
      out.write((ended(line) + "\n").getBytes(StandardCharsets.UTF_8));
      if (isCut) {
        out.flush();
        throw new UncheckedIOException(new IOException("cut"));
      }
    }
  }

  private String ended(long line) {
    String task = lines.get(line);
    String state =
        task.contains("fail") ? "failed" : task.contains("cancel") ? "cancelled" : "succeeded";
    return "{\"id\":\"t%d\",\"state\":\"%s\",\"batch\":\"b\",\"line\":%d}"
        .formatted(line, state, line);
  }

  private static void problem(HttpExchange exchange, int status, JsonObject problem)
      throws IOException {
    send(exchange, status, problem.put("status", status));
  }

  private static void send(HttpExchange exchange, int status, JsonObject json) throws IOException {
    byte[] bytes = json.encode().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Many lines, each the number of its line. */
  static InputStream numbers(long count) {
    return new InputStream() {
      private byte[] line = new byte[0];
      private int at;
      private long number;

      private boolean hasMore() {
        if (at == line.length && number < count) {
          line = (++number + "\n").getBytes(StandardCharsets.UTF_8);
          at = 0;
        }
        return at < line.length;
      }

      @Override
      public int read() {
        return hasMore() ? line[at++] : -1;
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        int read = 0;
        while (read < length && hasMore()) {
          int some = Math.min(length - read, line.length - at);
          System.arraycopy(line, at, into, offset + read, some);
          at += some;
          read += some;
        }
        return read == 0 ? -1 : read;
      }
    };
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
