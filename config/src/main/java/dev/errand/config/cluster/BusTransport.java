package dev.errand.config.cluster;

import dev.errand.config.security.RefusalLog;
import dev.errand.config.security.TlsFailure;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.transport.Transport;
import java.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The ordinary transport, which tells of connections to the bus that come to nothing: Vert.x itself
 * says nothing of them.
 */
final class BusTransport implements Transport {

  /** As many as at the membership's port. */
  private static final int MOST_HANDSHAKES = 500;

  private static final int MOST_A_SECOND = 200;
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final KeyCertOptions busCertificate;
  private final RefusalLog refusals;

  /** Connections whose handshake is not over, the oldest first. Guarded by itself. */
  private final Set<Channel> handshakes = new LinkedHashSet<>();

  private long secondBegan = System.nanoTime();
  private int begunInSecond;

  /** A transport that knows the bus's server by its certificate. */
  BusTransport(KeyCertOptions busCertificate, RefusalLog refusals) {
    this.busCertificate = busCertificate;
    this.refusals = refusals;
  }

  @Override
  public String name() {
    return Transport.NIO.name();
  }

  @Override
  public boolean available() {
    return true;
  }

  @Override
  public Throwable unavailabilityCause() {
    return null;
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return new NioTransport() {
      @Override
      public void configure(NetServerOptions options, boolean domain, ServerBootstrap bootstrap) {
        super.configure(options, domain, bootstrap);
        if (busCertificate.equals(options.getKeyCertOptions())) {
          bootstrap.childHandler(new Watching(bootstrap.config().childHandler()));
        }
      }
    };
  }

  /** Lets Vert.x set up a connection, then listens for the end of its handshake. */
  private final class Watching extends ChannelInitializer<Channel> {

    private final ChannelHandler setup;

    Watching(ChannelHandler setup) {
      this.setup = setup;
    }

    @Override
    protected void initChannel(Channel channel) {
      SocketAddress peer = channel.remoteAddress();
      if (!mayBegin()) {
        refusals.refused(peer, TlsFailure.TOO_MANY);
        channel.close();
        return;
      }
      channel.pipeline().addLast(setup);
      SslHandler tls = channel.pipeline().get(SslHandler.class);
      if (tls == null) {
        channel.close();
        throw new IllegalStateException("a connection to the bus without TLS");
      }
      begin(channel);
      tls.handshakeFuture()
          .addListener(
              done -> {
                end(channel);
                if (!done.isSuccess()) {
                  refusals.refused(peer, TlsFailure.of(done.cause()));
                }
              });
    }
  }

  /**
   * Handshakes are computed on the loop that carries the members' frames: a flood of them must not
   * keep it from that. Whoever is turned away may come again.
   */
  private boolean mayBegin() {
    synchronized (handshakes) {
      long now = System.nanoTime();
      if (now - secondBegan >= SECOND_NANOS) {
        secondBegan = now;
        begunInSecond = 0;
      }
      return ++begunInSecond <= MOST_A_SECOND;
    }
  }

  /** Beyond the most the oldest gives way: a crowd of strangers must not take all open files. */
  private void begin(Channel channel) {
    Channel eldest = null;
    synchronized (handshakes) {
      handshakes.add(channel);
      if (handshakes.size() > MOST_HANDSHAKES) {
        eldest = handshakes.iterator().next();
        handshakes.remove(eldest);
      }
    }
    if (eldest != null) {
      eldest.close();
    }
  }

  private void end(Channel channel) {
    synchronized (handshakes) {
      handshakes.remove(channel);
    }
  }
}
