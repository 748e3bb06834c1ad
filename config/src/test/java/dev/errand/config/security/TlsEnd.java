package dev.errand.config.security;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** One end of a connection in memory, as the nodes set it up, and what became of its handshake. */
final class TlsEnd {

  private static final int ROOM = 1 << 17;

  private final SSLEngine engine;
  private final ByteBuffer received = ByteBuffer.allocate(ROOM).flip();
  private SSLException failure;

  private TlsEnd(SSLContext context, boolean client) {
    engine = context.createSSLEngine();
    engine.setUseClientMode(client);
    engine.setEnabledProtocols(new String[] {NodeTls.PROTOCOL});
  }

  static TlsEnd client(NodeIdentity identity) {
    return client(new NodeTls(identity).context());
  }

  static TlsEnd client(SSLContext context) {
    return new TlsEnd(context, true);
  }

  static TlsEnd server(NodeIdentity identity) {
    TlsEnd end = new TlsEnd(new NodeTls(identity).context(), false);
    end.engine.setNeedClientAuth(true);
    return end;
  }

  TlsEnd speaking(String protocol) {
    engine.setEnabledProtocols(new String[] {protocol});
    return this;
  }

  /** Lets both talk until neither has anything to say. */
  static void talk(TlsEnd client, TlsEnd server) throws SSLException {
    client.engine.beginHandshake();
    server.engine.beginHandshake();
    boolean moved = true;
    while (moved) {
      moved = client.move(server::receive) | server.move(client::receive);
    }
  }

  /** The same with one who says this, and does not listen. */
  void hear(byte[] said) throws SSLException {
    engine.beginHandshake();
    receive(ByteBuffer.wrap(said));
    boolean moved = true;
    while (moved) {
      moved = move(answer -> {});
    }
  }

  private void receive(ByteBuffer bytes) {
    received.compact().put(bytes).flip();
  }

  private boolean move(Consumer<ByteBuffer> other) {
    try {
      boolean says = engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
      return says ? say(other) : listen();
    } catch (SSLException e) {
      boolean first = failure == null;
      failure = first ? e : failure;
      return first;
    }
  }

  private boolean say(Consumer<ByteBuffer> other) throws SSLException {
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), out);
    runTasks();
    other.accept(out.flip());
    return out.limit() > 0;
  }

  private boolean listen() throws SSLException {
    if (failure != null) {
      return false;
    }
    int before = received.remaining();
    engine.unwrap(received, ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()));
    runTasks();
    return received.remaining() < before;
  }

  private void runTasks() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  /** What TLS has thrown; null if nothing. */
  SSLException failure() {
    return failure;
  }

  /** Whether it has no objection and knows who the other is. */
  boolean isSatisfied() {
    try {
      return failure == null && engine.getSession().getPeerCertificates().length > 0;
    } catch (SSLPeerUnverifiedException e) {
      return false;
    }
  }
}
