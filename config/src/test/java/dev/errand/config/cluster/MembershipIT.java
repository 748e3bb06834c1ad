package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.config.FreePorts;
import dev.errand.config.OwnAuthority;
import dev.errand.config.security.NodeIdentity;
import dev.errand.config.security.PemFiles;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node that is a member knows of those that are not, and of itself. */
@Timeout(120)
class MembershipIT {

  private static final String TEMPORARY = "java.io.tmpdir";
  private static final GeneralName NAME = new GeneralName(GeneralName.dNSName, "node");
  private static final Instant END =
      Instant.now().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS);

  private final String temporary = System.getProperty(TEMPORARY);
  private final NodeIdentity identity =
      new OwnAuthority("ours").issue(OwnAuthority.ec(), END, NAME);
  private final NodeIdentity stranger = new OwnAuthority("theirs").issue(NAME);
  @TempDir Path folder;
  private Vertx vertx;

  /** There it keeps which members it has seen. */
  @BeforeEach
  void redirect() {
    System.setProperty(TEMPORARY, folder.toString());
  }

  @AfterEach
  void leave() throws Exception {
    System.setProperty(TEMPORARY, temporary);
    if (vertx != null) {
      result(vertx.close());
    }
  }

  private static <T> T result(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  /** A node that does not wait for others, but tries those that it saw last. */
  private Membership join(int... seen) throws Exception {
    ClusterSettings settings =
        new ClusterSettings(
            "errand",
            "127.0.0.1",
            FreePorts.next(),
            0,
            ClusterSettings.Search.of(List.of()),
            new PemFiles(identity));
    RememberedMembers.of(settings)
        .orElseThrow()
        .write(IntStream.of(seen).mapToObj(port -> "127.0.0.1:" + port).toList());
    vertx = result(SecureCluster.join(settings, "dispatcher"));
    return Membership.of(vertx);
  }

  @Test
  void whoAnswersWithoutBeingAMemberIsApartOrRefuses() throws Exception {
    int apart = FreePorts.next();
    int refusing = FreePorts.next();
    Membership membership = join(apart, refusing);
    assertThat(membership.certificateEnd()).isEqualTo(END);
    try (Greeter member = new Greeter(apart, Greeter.member(identity));
        Greeter other = new Greeter(refusing, Greeter.member(stranger))) {
      awaitSeen(membership, List.of(member.address()), List.of(other.address()));
    }
    awaitSeen(membership, List.of(), List.of());
  }

  /** One look tells all three, but one after the other, and may miss who is slow. */
  private static void awaitSeen(
      Membership membership, List<PeerAddress> apart, List<PeerAddress> refusing) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(membership.apart()).isEqualTo(texts(apart));
              assertThat(membership.refusing()).isEqualTo(texts(refusing));
              assertThat(membership.isWhole()).isEqualTo(apart.isEmpty());
            });
  }

  private static List<String> texts(List<PeerAddress> addresses) {
    return addresses.stream().map(PeerAddress::text).toList();
  }
}
