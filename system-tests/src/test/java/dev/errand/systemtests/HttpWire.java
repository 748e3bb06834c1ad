package dev.errand.systemtests;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** HTTP/1.1 byte by byte, also such as no client would send: one connection, one answer. */
final class HttpWire implements AutoCloseable {

  private static final String HEAD_END = "\r\n\r\n";
  private static final int CONTINUE = 100;
  private static final int NO_CONTENT = 204;

  private final Socket socket;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  HttpWire(int port) throws IOException {
    this(InetAddress.getLoopbackAddress().getHostAddress(), port);
  }

  HttpWire(String host, int port) throws IOException {
    socket = new Socket(host, port);
    socket.setTcpNoDelay(true);
  }

  /** Sends; whether the other end still takes it. */
  boolean send(byte[] bytes) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
      return true;
    } catch (IOException e) {
      // It was closed on that end; what it has said before can still be read.
      return false;
    }
  }

  boolean send(String text) {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads the answer to its end, or to the connection's.
   *
   * @return null if it has not come within that time, and nobody has closed
   */
  HttpAnswer read(long millis) throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    byte[] some = new byte[8_192];
    try {
      InputStream in = socket.getInputStream();
      while (true) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return null;
        }
        socket.setSoTimeout((int) left);
        int count = in.read(some);
        if (count < 0) {
          break;
        }
        bytes.write(some, 0, count);
        HttpAnswer answer = parse(bytes.toString(StandardCharsets.ISO_8859_1), false);
        if (answer != null) {
          return answer;
        }
      }
    } catch (SocketTimeoutException e) {
      return null;
    } catch (SocketException e) {
      // Reset: closed while there was something unread.
    }
    HttpAnswer answer = parse(bytes.toString(StandardCharsets.ISO_8859_1), true);
    return answer == null ? HttpAnswer.CLOSED : answer;
  }

  /** All that has come so far. */
  String heard() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Null: that is not all of it. */
  private static HttpAnswer parse(String latin, boolean ended) {
    int end = latin.indexOf(HEAD_END);
    if (end < 0) {
      return null;
    }
    List<String> lines = Arrays.asList(latin.substring(0, end).split("\r\n"));
    int status = Integer.parseInt(lines.get(0).split(" ")[1]);
    String rest = latin.substring(end + HEAD_END.length());
    if (status == CONTINUE) {
      return parse(rest, ended);
    }
    Map<String, String> headers = HttpAnswer.headers(lines.subList(1, lines.size()));
    String body = status == NO_CONTENT ? "" : body(headers, rest, ended);
    return body == null ? null : new HttpAnswer(status, headers, utf8(body));
  }

  private static String body(Map<String, String> headers, String rest, boolean ended) {
    if (headers.containsKey("content-length")) {
      int length = Integer.parseInt(headers.get("content-length"));
      return rest.length() >= length ? rest.substring(0, length) : ended ? rest : null;
    }
    if (headers.containsKey("transfer-encoding")) {
      return rest.endsWith("0" + HEAD_END) ? unchunked(rest) : ended ? unchunked(rest) : null;
    }
    return ended ? rest : null;
  }

  private static String unchunked(String rest) {
    StringBuilder body = new StringBuilder();
    int at = 0;
    for (int end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n", at)) {
      int length = Integer.parseInt(rest.substring(at, end).strip(), 16);
      if (length == 0) {
        break;
      }
      int from = end + 2;
      body.append(rest, from, Math.min(from + length, rest.length()));
      at = Math.min(from + length + 2, rest.length());
    }
    return body.toString();
  }

  private static String utf8(String latin) {
    return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
