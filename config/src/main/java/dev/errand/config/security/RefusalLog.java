package dev.errand.config.security;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of connections that came to nothing at a port of the cluster: one line each, the same again
 * within a minute is summed up in one line at its end, and so is what goes beyond {@value
 * #MOST_LINES} different ones. So a stranger can fill neither the log nor the memory. Thread-safe.
 */
public final class RefusalLog {

  private static final Logger log = LoggerFactory.getLogger(RefusalLog.class);
  static final int MOST_LINES = 100;
  private static final long WINDOW_SECONDS = 60;

  private record Refusal(String host, TlsFailure reason) {}

  private final String port;
  private final ScheduledExecutorService clock;
  private final Map<Refusal, Integer> repeats = new LinkedHashMap<>();
  private long others;
  private long count;

  /**
   * A log of its own.
   *
   * @param port how the port is called in the lines
   * @param clock for the end of the minute
   */
  public RefusalLog(String port, ScheduledExecutorService clock) {
    this.port = port;
    this.clock = clock;
  }

  /** A connection of that peer came to nothing. */
  public synchronized void refused(SocketAddress peer, TlsFailure reason) {
    count++;
    if (repeats.isEmpty()) {
      startMinute();
    }
    Refusal refusal = new Refusal(host(peer), reason);
    if (repeats.containsKey(refusal)) {
      repeats.merge(refusal, 1, Integer::sum);
    } else if (repeats.size() < MOST_LINES) {
      repeats.put(refusal, 0);
      log.warn("{}: refused {}: {}", port, refusal.host(), reason.text());
    } else {
      others++;
    }
  }

  private void startMinute() {
    try {
      clock.schedule(this::sumUp, WINDOW_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      // The node is leaving.
    }
  }

  private static String host(SocketAddress peer) {
    return peer instanceof InetSocketAddress known && known.getAddress() != null
        ? known.getAddress().getHostAddress()
        : "a peer that has gone";
  }

  synchronized void sumUp() {
    repeats.forEach(
        (refusal, times) -> {
          if (times > 0) {
            log.warn(
                "{}: refused {} {} more times within a minute: {}",
                port,
                refusal.host(),
                times,
                refusal.reason().text());
          }
        });
    if (others > 0) {
      log.warn("{}: refused {} more connections of others within a minute", port, others);
    }
    repeats.clear();
    others = 0;
  }

  /** How many connections came to nothing since the start. */
  public synchronized long count() {
    return count;
  }
}
