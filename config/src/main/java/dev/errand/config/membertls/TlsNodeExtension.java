package dev.errand.config.membertls;

import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.internal.server.ServerContext;
import java.util.function.Function;

/** Puts TLS around every channel that Hazelcast opens or accepts. */
final class TlsNodeExtension extends DefaultNodeExtension {

  private final Handshakes handshakes;

  TlsNodeExtension(Node node, Handshakes handshakes) {
    super(node);
    this.handshakes = handshakes;
  }

  @Override
  public Function<EndpointQualifier, ChannelInitializer> createChannelInitializerFn(
      ServerContext serverContext) {
    Function<EndpointQualifier, ChannelInitializer> plain =
        super.createChannelInitializerFn(serverContext);
    return qualifier -> {
      ChannelInitializer inner = plain.apply(qualifier);
      return channel -> {
        TlsLink link = handshakes.begin(channel);
        // Towards the network: first of the readers, last of the writers.
        channel.inboundPipeline().addLast(new TlsDecoder(link));
        inner.initChannel(channel);
        channel.outboundPipeline().addLast(new TlsEncoder(link));
      };
    };
  }
}
