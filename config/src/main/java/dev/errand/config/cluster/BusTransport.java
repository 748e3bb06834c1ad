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

/**
 * The ordinary transport, which tells of connections to the bus that come to nothing: Vert.x itself
 * says nothing of them.
 */
final class BusTransport implements Transport {

  private final KeyCertOptions busCertificate;
  private final RefusalLog refusals;

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
      channel.pipeline().addLast(setup);
      SslHandler tls = channel.pipeline().get(SslHandler.class);
      if (tls == null) {
        channel.close();
        throw new IllegalStateException("a connection to the bus without TLS");
      }
      tls.handshakeFuture()
          .addListener(
              done -> {
                if (!done.isSuccess()) {
                  refusals.refused(peer, TlsFailure.of(done.cause()));
                }
              });
    }
  }
}
