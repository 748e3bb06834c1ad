package dev.errand.config.membertls;

import com.hazelcast.internal.networking.Channel;
import com.hazelcast.internal.server.ServerConnection;
import dev.errand.config.security.TlsFailure;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * TLS on one connection, shared by its decoder and its encoder, which run on different threads. The
 * engine allows one wrap and one unwrap at a time; all else that changes is volatile or atomic.
 */
final class TlsLink {

  /**
   * For the alert to arrive. A connection that is closed with something unread is reset, and then
   * the peer may never see why: until then what it sends is read and dropped.
   */
  private static final int LAST_WORDS_MILLIS = 500;

  private final Channel channel;
  private final SSLEngine engine;
  private final Handshakes handshakes;
  private final AtomicReference<TlsFailure> failure = new AtomicReference<>();
  private final AtomicInteger computing = new AtomicInteger();
  private volatile boolean established;
  private volatile boolean gone;
  private volatile Future<?> timer;

  /** What the engine waits for, and holds on to the whole connection. */
  private volatile Runnable queued;

  TlsLink(Channel channel, SSLEngine engine, Handshakes handshakes) {
    this.channel = channel;
    this.engine = engine;
    this.handshakes = handshakes;
  }

  SSLEngine engine() {
    return engine;
  }

  /** What is to happen if nothing else does; cancelled, as it holds on to the buffers. */
  void timer(Future<?> next) {
    timer = next;
  }

  private void cancelTimer() {
    Future<?> last = timer;
    if (last != null) {
      last.cancel(false);
    }
  }

  SSLEngineResult unwrap(ByteBuffer from, ByteBuffer to) throws SSLException {
    return call(() -> engine.unwrap(from, to));
  }

  SSLEngineResult wrap(ByteBuffer from, ByteBuffer to) throws SSLException {
    return call(() -> engine.wrap(from, to));
  }

  private interface EngineCall {
    SSLEngineResult run() throws SSLException;
  }

  /**
   * An engine tells once why its handshake fails, to whoever calls first; the other side only sees
   * it closed. So until it is established the reason is noted before the other side may call.
   */
  private SSLEngineResult call(EngineCall call) throws SSLException {
    if (isEstablished()) {
      return call.run();
    }
    synchronized (this) {
      try {
        return call.run();
      } catch (SSLException e) {
        fail(TlsFailure.of(e));
        throw e;
      }
    }
  }

  /** Whether the peer has shown a certificate that was accepted. */
  boolean isEstablished() {
    return established;
  }

  boolean hasFailed() {
    return failure.get() != null;
  }

  /** The engine says that the handshake has finished. */
  void finished() throws SSLPeerUnverifiedException {
    if (!established) {
      // Fails if there are none; an engine that failed says that it does not handshake, too.
      engine.getSession().getPeerCertificates();
      established = true;
      over();
    }
    wakeWriter();
    wakeReader();
  }

  /** Computes what the engine needs; both sides are woken when it is done. */
  void runTasks() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      Runnable next = task;
      computing.incrementAndGet();
      Runnable step = () -> compute(next);
      queued = step;
      handshakes.tasks().execute(step);
    }
  }

  private void compute(Runnable task) {
    queued = null;
    if (!hasFailed()) {
      task.run();
    }
    computing.decrementAndGet();
    if (gone) {
      end();
    }
    wakeReader();
    wakeWriter();
  }

  /**
   * Whether the engine may look closed because a task is just finding out why it fails: the reason
   * is told to who calls the engine when that is over.
   */
  boolean isFindingOut() {
    return !established && computing.get() > 0;
  }

  void wakeReader() {
    channel.inboundPipeline().wakeup();
  }

  void wakeWriter() {
    channel.outboundPipeline().wakeup();
  }

  /** This connection comes to nothing: the peer is told, as far as TLS can, then it is closed. */
  void fail(TlsFailure reason) {
    if (isEstablished() || !failure.compareAndSet(null, reason)) {
      return;
    }
    cancelTimer();
    handshakes.refused(channel.remoteSocketAddress(), reason);
    boolean hears = reason != TlsFailure.NO_TLS && reason != TlsFailure.LEFT;
    timer(handshakes.later(this::close, hears ? LAST_WORDS_MILLIS : 0));
    wakeWriter();
  }

  /** There are too many that are not established: this one ends at once. */
  void giveWay() {
    fail(TlsFailure.TOO_SLOW);
    if (hasFailed()) {
      close();
    }
  }

  /** The same for a failure of TLS. */
  void fail(SSLException e) throws EOFException {
    if (isEstablished()) {
      throw (EOFException) new EOFException("TLS failed: " + e.getMessage()).initCause(e);
    }
    fail(TlsFailure.of(e));
  }

  /**
   * The connection is at its end: closed by the peer, or broken. Whoever is refused may be gone
   * before the task that refuses it is over: then that task tells.
   */
  void closed() {
    dropQueued();
    gone = true;
    if (!isFindingOut()) {
      end();
    }
  }

  private void end() {
    if (!isEstablished() && !hasFailed()) {
      fail(reason());
    }
    over();
  }

  /** What the engine has to report, if anything. */
  private TlsFailure reason() {
    try {
      unwrap(ByteBuffer.allocate(0), ByteBuffer.allocate(0));
      return TlsFailure.LEFT;
    } catch (SSLException e) {
      return TlsFailure.of(e);
    }
  }

  private void over() {
    cancelTimer();
    dropQueued();
    handshakes.end(this);
  }

  private void dropQueued() {
    Runnable step = queued;
    if (step != null && handshakes.tasks().remove(step)) {
      queued = null;
      computing.decrementAndGet();
    }
  }

  private void close() {
    over();
    Object connection = channel.attributeMap().get(ServerConnection.class);
    if (connection instanceof ServerConnection known) {
      // An EOFException is the one kind that Hazelcast logs without a stack trace.
      String reason = failure.get().text();
      known.close(reason, new EOFException(reason));
      // The socket itself is closed when the threads that select on it look again.
      wakeReader();
      wakeWriter();
    }
  }
}
