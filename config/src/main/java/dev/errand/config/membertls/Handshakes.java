package dev.errand.config.membertls;

import com.hazelcast.internal.networking.Channel;
import dev.errand.config.security.NodeTls;
import dev.errand.config.security.TlsFailure;
import java.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * The handshakes of one member: each has {@value #DEADLINE_MILLIS} ms, and there are at most
 * {@value #MOST} of them at a time; beyond that the oldest gives way, so that a crowd of silent
 * strangers keeps no good member out. Thread-safe.
 */
final class Handshakes {

  static final int DEADLINE_MILLIS = 5_000;
  static final int MOST = 500;
  private static final int THREADS = 2;
  private static final int IDLE_SECONDS = 10;
  private static final String[] PROTOCOLS = {NodeTls.PROTOCOL};

  private final TlsMember.Channels channels;
  private final Set<TlsLink> open = new LinkedHashSet<>();
  private final ThreadPoolExecutor tasks;

  Handshakes(TlsMember.Channels channels) {
    this.channels = channels;
    this.tasks =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Handshakes::daemon);
    this.tasks.allowCoreThreadTimeOut(true);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "errand-handshake");
    thread.setDaemon(true);
    return thread;
  }

  /** A connection begins; it is nobody's until its handshake is over. */
  TlsLink begin(Channel channel) throws SSLException {
    SSLEngine engine = channels.context().createSSLEngine();
    engine.setUseClientMode(channel.isClientMode());
    engine.setEnabledProtocols(PROTOCOLS);
    if (!channel.isClientMode()) {
      engine.setNeedClientAuth(true);
    }
    engine.beginHandshake();
    TlsLink link = new TlsLink(channel, engine, this);
    channel.addCloseListener(closed -> link.closed());
    TlsLink eldest = null;
    synchronized (open) {
      open.add(link);
      if (open.size() > MOST) {
        eldest = open.iterator().next();
      }
    }
    if (eldest != null) {
      eldest.giveWay();
    }
    link.timer(later(() -> link.fail(TlsFailure.TOO_SLOW), DEADLINE_MILLIS));
    return link;
  }

  /** It is established, or closed. */
  void end(TlsLink link) {
    synchronized (open) {
      open.remove(link);
    }
  }

  /** One came to nothing. */
  void refused(SocketAddress peer, TlsFailure reason) {
    channels.refusals().refused(peer, reason);
  }

  /** Run what engines have to compute. */
  ThreadPoolExecutor tasks() {
    return tasks;
  }

  /** Runs it on the clock's thread; it must not block. Null if the node is leaving. */
  Future<?> later(Runnable step, int millis) {
    try {
      return channels.clock().schedule(step, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      return null;
    }
  }

  void close() {
    tasks.shutdown();
  }
}
