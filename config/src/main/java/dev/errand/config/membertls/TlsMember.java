package dev.errand.config.membertls;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import dev.errand.config.security.RefusalLog;
import java.util.Collection;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * Starts members whose membership port speaks nothing but mutual TLS 1.3. Hazelcast's open source
 * has neither TLS nor authentication of members; this is the door of the one package that adds it.
 */
public final class TlsMember {

  private TlsMember() {}

  /**
   * How members talk.
   *
   * @param context shows the node's certificate, and decides who is admitted
   * @param refusals is told of each connection that comes to nothing
   * @param clock for deadlines; not blocked
   */
  public record Channels(SSLContext context, RefusalLog refusals, ScheduledExecutorService clock) {}

  /**
   * Starts a member. Blocks until it has joined others, or has started a cluster of its own.
   *
   * @param peers where others may be, as {@code IP:port}; asked again whenever it looks for them
   */
  public static HazelcastInstance start(
      Config config, Channels channels, Supplier<Collection<String>> peers) {
    config.getAdvancedNetworkConfig().getJoin().setTcpIpConfig(new PeerList(peers));
    Handshakes handshakes = new Handshakes(channels);
    try {
      HazelcastInstance instance =
          HazelcastInstanceFactory.newHazelcastInstance(
              config, config.getInstanceName(), new TlsNodeContext(handshakes));
      instance
          .getLifecycleService()
          .addLifecycleListener(
              event -> {
                if (!instance.getLifecycleService().isRunning()) {
                  handshakes.close();
                }
              });
      return instance;
    } catch (RuntimeException | Error e) {
      handshakes.close();
      throw e;
    }
  }
}
