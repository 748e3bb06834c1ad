package dev.errand.config.membertls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import dev.errand.config.FreePorts;
import dev.errand.config.security.AuthKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Good members lose and corrupt nothing on the secured channel, whatever happens to them. */
class MemberChannelIT {

  /**
   * Megabytes that each of the members writes and reads; {@code -DmemberMegabytes=2000} for long.
   */
  private static final int MEGABYTES = Integer.getInteger("memberMegabytes", 60);

  private static final int LARGEST = 5 << 20;

  @TempDir Path folder;
  private Members members;

  @BeforeAll
  static void updateKeysOften() {
    // By default after 2^37 bytes. Read when TLS is first used in this JVM.
    Security.setProperty("jdk.tls.keyLimits", "AES/GCM/NoPadding KeyUpdate 2^20");
  }

  @BeforeEach
  void open() {
    members = new Members(AuthKey.random());
  }

  @AfterEach
  void close() {
    members.close();
  }

  @Test
  void valuesOfAllSizesArriveUnchangedFromAllSidesThroughManyKeyUpdates() throws Exception {
    List<HazelcastInstance> three = three();
    ExecutorService threads = Executors.newFixedThreadPool(three.size());
    List<Future<Long>> done = new ArrayList<>();
    for (int i = 0; i < three.size(); i++) {
      int writer = i;
      HazelcastInstance from = three.get(i);
      HazelcastInstance to = three.get((i + 1) % three.size());
      done.add(threads.submit((Callable<Long>) () -> exchange(writer, from, to)));
    }
    for (Future<Long> each : done) {
      assertThat(each.get(10, TimeUnit.MINUTES)).isGreaterThanOrEqualTo((long) MEGABYTES << 20);
    }
    threads.shutdown();
    assertThat(three).allSatisfy(member -> assertThat(size(member)).isEqualTo(3));
    assertThat(members.refusals.count()).isZero();
  }

  private static long exchange(int writer, HazelcastInstance from, HazelcastInstance to) {
    Random random = new Random(writer);
    IMap<String, byte[]> writing = from.getMap("values");
    IMap<String, byte[]> reading = to.getMap("values");
    long sum = 0;
    for (int i = 0; sum < (long) MEGABYTES << 20; i++) {
      int length = i % 50 == 0 ? LARGEST : 1 + random.nextInt(1 << random.nextInt(20));
      byte[] value = new byte[length];
      random.nextBytes(value);
      String at = writer + "-" + i % 40;
      writing.put(at, value);
      assertThat(Arrays.equals(reading.get(at), value)).isTrue();
      sum += length;
    }
    return sum;
  }

  private List<HazelcastInstance> three() {
    int first = FreePorts.next();
    return List.of(
        members.start(first),
        members.start(FreePorts.next(), first),
        members.start(FreePorts.next(), first));
  }

  private static int size(HazelcastInstance member) {
    return member.getCluster().getMembers().size();
  }

  @Test
  void membersThatEndAndComeBackUnderLoadDisturbNoOther() throws Exception {
    int first = FreePorts.next();
    HazelcastInstance one = members.start(first);
    HazelcastInstance two = members.start(FreePorts.next(), first);
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<Integer> load = thread.submit(() -> writeUntil(over, one, two));
    for (int round = 0; round < 4; round++) {
      HazelcastInstance three = members.start(FreePorts.next(), first);
      await().atMost(Duration.ofSeconds(30)).until(() -> size(one) == 3 && size(two) == 3);
      assertThat(isIntact(three.<String, byte[]>getMap("load").get("0"))).isTrue();
      if (round % 2 == 0) {
        three.getLifecycleService().terminate();
      } else {
        three.shutdown();
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> size(one) == 2 && size(two) == 2);
    }
    over.set(true);
    assertThat(load.get(60, TimeUnit.SECONDS)).isPositive();
    thread.shutdown();
  }

  /** Who reads while members end may see an older value, but never a broken one. */
  private static int writeUntil(AtomicBoolean over, HazelcastInstance from, HazelcastInstance to) {
    Random random = new Random(5);
    IMap<String, byte[]> writing = from.getMap("load");
    IMap<String, byte[]> reading = to.getMap("load");
    int written = 0;
    while (!over.get()) {
      String at = String.valueOf(written % 20);
      writing.put(at, withChecksum(random));
      assertThat(isIntact(reading.get(at))).isTrue();
      written++;
    }
    return written;
  }

  private static byte[] withChecksum(Random random) {
    byte[] value = new byte[8 + random.nextInt(20_000)];
    random.nextBytes(value);
    return ByteBuffer.wrap(value).putLong(checksum(value)).array();
  }

  private static boolean isIntact(byte[] value) {
    return value == null || ByteBuffer.wrap(value).getLong() == checksum(value);
  }

  private static long checksum(byte[] value) {
    CRC32C crc = new CRC32C();
    crc.update(value, 8, value.length - 8);
    return crc.getValue();
  }

  @Test
  void aMemberThatIsStoppedForAWhileGoesOnWhereItWas() throws Exception {
    int first = FreePorts.next();
    HazelcastInstance one = members.start(first);
    Process other = process(first);
    try {
      await().atMost(Duration.ofSeconds(30)).until(() -> size(one) == 2);
      IMap<String, byte[]> map = one.getMap("values");
      byte[] large = new byte[LARGEST];
      new Random(1).nextBytes(large);
      signal(other, "STOP");
      // More than any socket buffer holds: the writer has to wait in the middle of records.
      ExecutorService threads = Executors.newFixedThreadPool(4);
      List<Future<?>> puts = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        String at = "large-" + i;
        puts.add(threads.submit(() -> map.put(at, large)));
      }
      await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(30))
          .until(() -> puts.stream().anyMatch(put -> !put.isDone()));
      signal(other, "CONT");
      for (Future<?> put : puts) {
        put.get(60, TimeUnit.SECONDS);
      }
      threads.shutdown();
      for (int i = 0; i < 12; i++) {
        assertThat(Arrays.equals(map.get("large-" + i), large)).isTrue();
      }
      assertThat(size(one)).isEqualTo(2);
    } finally {
      other.destroyForcibly().waitFor();
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> size(one) == 1);
  }

  private Process process(int peer) throws Exception {
    Path key = Files.writeString(folder.resolve("key"), members.key.text());
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            MemberMain.class.getName(),
            key.toString(),
            String.valueOf(FreePorts.next()),
            String.valueOf(peer));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.equals("joined")) {
        return process;
      }
    }
    throw new IllegalStateException("the member's process ended with " + process.waitFor());
  }

  private static void signal(Process process, String signal) throws Exception {
    String command = "kill -" + signal + " " + process.pid();
    assertThat(new ProcessBuilder("sh", "-c", command).start().waitFor()).isZero();
  }

  @Test
  void silentStrangersKeepNoGoodMemberOutAndAreClosedInTime() throws Exception {
    int first = FreePorts.next();
    HazelcastInstance one = members.start(first);
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), first));
      }
      members.start(FreePorts.next(), first);
      assertThat(size(one)).isEqualTo(2);
      long begin = System.nanoTime();
      for (Socket socket : silent) {
        awaitClosed(socket);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
      assertThat(members.refusals.count()).isEqualTo(300);
      assertThat(size(one)).isEqualTo(2);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void beyondTheMostHandshakesTheOldestGiveWay() throws Exception {
    int first = FreePorts.next();
    HazelcastInstance one = members.start(first);
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < Handshakes.MOST + 20; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), first));
      }
      await().atMost(Duration.ofSeconds(3)).until(() -> members.refusals.count() >= 20);
      awaitClosed(silent.get(0));
      members.start(FreePorts.next(), first);
      assertThat(size(one)).isEqualTo(2);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  /** Closed or reset: fails if it is neither in time. */
  private static void awaitClosed(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    try {
      assertThat(socket.getInputStream().readAllBytes()).hasSizeLessThan(100);
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  @Test
  void theProbeTellsMembersFromAllOthers() throws Exception {
    int first = FreePorts.next();
    HazelcastInstance one = members.start(first);
    InetSocketAddress at = new InetSocketAddress("127.0.0.1", first);
    SSLContext stranger = Members.context(AuthKey.random());
    assertThat(answer(Members.context(members.key), at)).isEqualTo(MemberProbe.Answer.MEMBER);
    assertThat(answer(stranger, at)).isEqualTo(MemberProbe.Answer.REFUSAL);
    InetSocketAddress nobody = new InetSocketAddress("127.0.0.1", FreePorts.next());
    assertThat(new MemberProbe(stranger).ask(nobody)).isEqualTo(MemberProbe.Answer.NONE);
    assertThat(size(one)).isEqualTo(1);
  }

  /** On a busy machine one that answers may be too slow for the probe: it is asked again. */
  private static MemberProbe.Answer answer(SSLContext asking, InetSocketAddress at) {
    MemberProbe probe = new MemberProbe(asking);
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> probe.ask(at), answer -> answer != MemberProbe.Answer.NONE);
  }

  @Test
  void aMemberAnswersNothingBeforeTheCertificateIsAccepted() throws Exception {
    int first = FreePorts.next();
    members.start(first);
    SSLContext stranger = Members.context(AuthKey.random());
    try (SSLSocket socket =
        (SSLSocket) stranger.getSocketFactory().createSocket("127.0.0.1", first)) {
      socket.setSoTimeout(5_000);
      assertThat(catchThrowable(socket::startHandshake)).isInstanceOf(IOException.class);
    }
    await().until(() -> members.refusals.count() == 1);
  }

  @Test
  void oneThatWasAloneMergesThoughItsPeerIsNotTheEldestOfTheOthers() throws Exception {
    int eldestPort = FreePorts.next();
    int peerPort = FreePorts.next();
    HazelcastInstance eldest = members.start(eldestPort);
    HazelcastInstance alone = members.start(FreePorts.next(), peerPort);
    HazelcastInstance peer = members.start(peerPort, eldestPort);
    await()
        .atMost(Duration.ofSeconds(40))
        .untilAsserted(
            () ->
                assertThat(List.of(eldest, alone, peer))
                    .allSatisfy(member -> assertThat(size(member)).isEqualTo(3)));
  }
}
