package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import dev.errand.config.security.AuthKey;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that can't start says why and what to do, in one line, and ends with 2. */
class StartRefusalIT {

  private static final String KEY = AuthKey.random().text();

  @TempDir Path folder;

  private record Ending(int code, List<String> lines) {}

  private Ending start(String module, Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-jar");
    command.add(
        ProcessCluster.root()
            .resolve(module)
            .resolve("target")
            .resolve(module + ".jar")
            .toString());
    command.addAll(List.of(arguments));
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().keySet().removeIf(name -> name.startsWith("ERRAND_"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(err, StandardCharsets.UTF_8);
    return new Ending(
        process.exitValue(), lines.stream().filter(line -> !line.startsWith("WARNING:")).toList());
  }

  private Path conf(JsonObject conf) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "conf", ".json"), conf.encode());
  }

  private static JsonObject withKey() {
    return new JsonObject()
        .put("cluster", new JsonObject().put("authKey", KEY).put("memberPort", 0))
        .put("http", new JsonObject().put("port", 0))
        .put("store", new JsonObject().put("kind", "memory"));
  }

  private void refused(Ending ending, String... parts) {
    assertThat(ending.code()).as(String.join("\n", ending.lines())).isEqualTo(2);
    assertThat(ending.lines()).hasSize(1);
    assertThat(ending.lines().get(0)).contains(parts).doesNotContain(KEY);
  }

  @Test
  void anUnknownKeyAndABadDurationAreToldTogether() throws Exception {
    JsonObject conf =
        withKey()
            .put("defalts", new JsonObject().put("timeout", "5m"))
            .put("defaults", new JsonObject().put("timeout", "5 minutes").put("maxAttemps", 3));
    refused(
        start("dispatcher", Map.of(), "-conf", conf(conf).toString()),
        "defaults.timeout '5 minutes' must be a duration such as 250ms",
        "defaults.maxAttemps is no setting; did you mean defaults.maxAttempts?",
        "defalts");
  }

  @Test
  void aWorkerRefusesItsSettingsToo() throws Exception {
    refused(
        start(
            "worker-verticle",
            Map.of(
                "ERRAND_WORKER_SLOTS",
                "many",
                "ERRAND_WORKER_LABELS",
                "{\"gpu\": \"a 100\"}",
                "ERRAND_CLUSTER_AUTH_KEY",
                KEY),
            "-conf",
            conf(new JsonObject().put("worker", new JsonObject().put("drain", "-1s"))).toString()),
        "worker.slots 'many' must be 1 to 100000",
        "worker.drain '-1s' must be a duration",
        "worker.labels: 'gpu' and 'a 100' must match");
  }

  @Test
  void aMissingKeyNamesTheCure() throws Exception {
    refused(start("dispatcher", Map.of()), "cluster.authKey is missing", "./errand authkey");
  }

  @Test
  void aMissingKeyFileNamesTheFile() throws Exception {
    JsonObject conf =
        new JsonObject().put("cluster", new JsonObject().put("authKeyFile", "/no/such/file"));
    refused(
        start("worker-verticle", Map.of(), "-conf", conf(conf).toString()),
        "cluster.authKeyFile '/no/such/file' can't be read",
        "./errand authkey");
  }

  @Test
  void aKeyOfTheWrongFormIsNotShown() throws Exception {
    String wrong = KEY.substring(0, KEY.length() - 1) + (KEY.endsWith("A") ? "E" : "A");
    for (String key : List.of("my own pass phrase", wrong, KEY + "x")) {
      Ending ending = start("dispatcher", Map.of("ERRAND_CLUSTER_AUTH_KEY", key));
      refused(ending, "cluster.authKey", "is not a key as ./errand authkey prints it");
      assertThat(ending.lines().get(0)).doesNotContain(key.substring(8));
    }
  }

  @Test
  void aTakenPortIsNamedWithItsSetting() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      JsonObject member = withKey();
      member.getJsonObject("cluster").put("memberPort", port);
      refused(
          start("dispatcher", Map.of(), "-conf", conf(member).toString()),
          "127.0.0.1:" + port + " is taken",
          "cluster.memberPort");
      JsonObject bus = withKey();
      bus.getJsonObject("cluster").put("busPort", port);
      refused(
          start("dispatcher", Map.of(), "-conf", conf(bus).toString()),
          "127.0.0.1:" + port + " is taken",
          "cluster.busPort");
      JsonObject http = withKey();
      http.getJsonObject("http").put("port", port);
      refused(
          start("dispatcher", Map.of(), "-conf", conf(http).toString()),
          "127.0.0.1:" + port + " is taken",
          "http.port");
    }
  }

  @Test
  void aStoreThatCannotBeOpenedIsNamedWithItsFolder() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    JsonObject conf = withKey().put("store", new JsonObject().put("path", file.toString()));
    Ending ending = start("dispatcher", Map.of(), "-conf", conf(conf).toString());
    assertThat(ending.code()).as(String.join("\n", ending.lines())).isEqualTo(6);
    assertThat(ending.lines()).hasSize(1);
    assertThat(ending.lines().get(0)).contains(file.toString(), "set store.path");
  }

  @Test
  void aSecondDispatcherOnTheSameFolderIsToldWhoHoldsIt() throws Exception {
    Path store = folder.resolve("store");
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      NodeProcess first =
          cluster.dispatcher(
              cluster
                  .dispatcherConf()
                  .put("store", new JsonObject().put("path", store.toString())));
      JsonObject conf = withKey().put("store", new JsonObject().put("path", store.toString()));
      conf.getJsonObject("cluster").put("name", "another");
      Ending ending = start("dispatcher", Map.of(), "-conf", conf(conf).toString());
      assertThat(ending.code()).as(String.join("\n", ending.lines())).isEqualTo(6);
      assertThat(ending.lines()).hasSize(1);
      assertThat(ending.lines().get(0))
          .contains(store.toString(), "is held by process " + first.handle().pid());
    }
  }

  @Test
  void oneWhoseFolderIsReadIsNotToldOfADispatcherThatHadIt() throws Exception {
    assertThat(startWhileLocked("process 1 since yesterday", true))
        .contains("is held by ./errand store check or export", "stop that first")
        .doesNotContain("process 1");
  }

  @Test
  void itIsToldOfAnotherProcessWhenNobodyKnowsWhich() throws Exception {
    assertThat(startWhileLocked("", false)).contains("is held by another process: stop that first");
  }

  private String startWhileLocked(String holder, boolean shared) throws Exception {
    Path store = Files.createDirectory(folder.resolve("store"));
    Path held = Files.writeString(store.resolve("held-by"), holder);
    try (FileChannel channel =
            FileChannel.open(held, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = channel.lock(0, Long.MAX_VALUE, shared)) {
      assertThat(lock.isValid()).isTrue();
      JsonObject conf = withKey().put("store", new JsonObject().put("path", store.toString()));
      Ending ending = start("dispatcher", Map.of(), "-conf", conf(conf).toString());
      assertThat(ending.code()).as(String.join("\n", ending.lines())).isEqualTo(6);
      assertThat(ending.lines()).hasSize(1);
      return ending.lines().get(0);
    }
  }

  @Test
  void aSecondOneIsNotLetInWhenTheLockOfTheDatabaseWasDeleted() throws Exception {
    notLetInWithout("tasks/LOCK", "process ");
  }

  @Test
  void norWhenTheOtherLockWas() throws Exception {
    notLetInWithout("held-by", "another process: stop that first");
  }

  /** The first stands still, so that it can't notice it; its log ends as with a write under way. */
  private void notLetInWithout(String lock, String holder) throws Exception {
    Path store = folder.resolve("store");
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject disk = new JsonObject().put("path", store.toString());
      NodeProcess first = cluster.dispatcher(cluster.dispatcherConf().put("store", disk));
      ProcessCluster.signal(first, "STOP");
      Files.delete(store.resolve(lock));
      Path log = log(store);
      Files.write(log, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
      byte[] before = Files.readAllBytes(log);
      JsonObject conf = withKey().put("store", disk);
      conf.getJsonObject("cluster").put("name", "another");
      Ending ending = start("dispatcher", Map.of(), "-conf", conf(conf).toString());
      assertThat(ending.code()).as(String.join("\n", ending.lines())).isEqualTo(6);
      assertThat(ending.lines()).hasSize(1);
      assertThat(ending.lines().get(0)).contains(store.toString(), "is held by " + holder);
      assertThat(log(store)).isEqualTo(log).hasBinaryContent(before);
      ProcessCluster.signal(first, "CONT");
      assertThat(first.awaitEnd(30)).isEqualTo(6);
      assertThat(first.log())
          .filteredOn(line -> line.startsWith("errand: "))
          .containsExactly(
              "errand: the store in "
                  + store
                  + " failed: "
                  + store.resolve(lock)
                  + ", which keeps other dispatchers away, was deleted or replaced;"
                  + " look after the disk, then start again");
    }
  }

  private static Path log(Path store) throws IOException {
    try (Stream<Path> files = Files.list(store.resolve("tasks"))) {
      return files.filter(file -> file.toString().endsWith(".log")).sorted().toList().get(0);
    }
  }

  @Test
  void addressesThatCanNotWorkAreNamed() throws Exception {
    JsonObject conf = withKey();
    conf.getJsonObject("cluster").put("host", "0.0.0.0").put("peers", "192.0.2.1");
    conf.getJsonObject("http").put("host", "0.0.0.0");
    refused(
        start("dispatcher", Map.of(), "-conf", conf(conf).toString()),
        "cluster.host '0.0.0.0' must be an IPv4 address of this machine",
        "cluster.peers '192.0.2.1' must be host:port",
        "http.host '0.0.0.0'");
    JsonObject unreachable = withKey();
    unreachable.getJsonObject("cluster").put("peers", "192.0.2.1:5701");
    refused(
        start("worker-verticle", Map.of(), "-conf", conf(unreachable).toString()),
        "cluster.host '127.0.0.1' can't be reached by the peer at 192.0.2.1:5701",
        "http is no setting");
  }

  @Test
  void httpBeyondThisMachineNeedsTokensAndSomethingThatEncryptsThem() throws Exception {
    JsonObject open = withKey();
    open.getJsonObject("http").put("host", "0.0.0.0");
    refused(
        start("dispatcher", Map.of(), "-conf", conf(open).toString()),
        "http.host '0.0.0.0'",
        "without tokens");
    JsonObject plain = HttpApi.withTokens(open);
    refused(
        start("dispatcher", Map.of(), "-conf", conf(plain).toString()),
        "http.host '0.0.0.0'",
        "without TLS",
        "http.plaintext");
  }

  @Test
  void aConfThatIsMissingOrNoJsonIsNamed() throws Exception {
    refused(start("dispatcher", Map.of(), "-conf", "nothing.json"), "-conf nothing.json");
    Path broken = Files.writeString(folder.resolve("broken.json"), "{\"http\": }");
    refused(
        start("dispatcher", Map.of(), "-conf", broken.toString()),
        "broken.json is not JSON",
        "line 1, column 10");
    for (String text : List.of("[1]", "null", "\"text\"", "7")) {
      Path other = Files.writeString(folder.resolve("other.json"), text);
      refused(
          start("dispatcher", Map.of(), "-conf", other.toString()),
          "errand: -conf " + other + " must be a JSON object");
    }
    refused(start("dispatcher", Map.of(), "--nonsense"), "--nonsense");
  }

  @Test
  void aHandlerThatIsNotOnTheClassPathIsNamedBeforeThereIsAnyPeer() throws Exception {
    JsonObject conf =
        new JsonObject()
            .put("cluster", new JsonObject().put("authKey", KEY))
            .put("worker", new JsonObject().put("handlers", "com.acme.Missing").put("drain", "x"));
    refused(
        start("worker-verticle", Map.of(), "-conf", conf(conf).toString()),
        "worker.drain 'x'",
        "worker.handlers: com.acme.Missing is not on the class path");
  }

  @Test
  void aVerticleThatIsNotOnTheClassPathIsNamedBeforeThereIsAnyPeer() throws Exception {
    JsonObject conf = new JsonObject().put("cluster", new JsonObject().put("authKey", KEY));
    refused(
        start("worker-verticle", Map.of(), "com.acme.Nope", "-conf", conf(conf).toString()),
        "the verticle com.acme.Nope is not on the class path");
  }

  @Test
  void aKeyInAWrongPlaceIsNotShown() throws Exception {
    JsonObject conf = withKey();
    conf.getJsonObject("cluster").put("host", KEY).put("peers", KEY);
    conf.put(KEY, 1);
    refused(
        start("worker-verticle", Map.of(), "-conf", conf(conf).toString()),
        "cluster.host '(a key, not shown)",
        "(a key, not shown) is no setting");
    refused(start("dispatcher", Map.of(), "-conf", KEY), "can't be read");
  }

  @Test
  void oneThatIsToldToEndWhileItStartsHasDoneWell() throws Exception {
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    NodeProcess node =
        NodeProcess.start(
            "dispatcher",
            new NodeProcess.Launch(ProcessCluster.jar("dispatcher"), fifo),
            Pattern.compile("never"));
    try (OutputStream conf = Files.newOutputStream(fifo)) {
      // It reads its settings, and they have no end.
      conf.write('{');
      node.end();
      assertThat(node.awaitEnd(30)).isZero();
    } finally {
      node.kill();
    }
  }

  @Test
  void aNodeIsOneEventLoopVerticle() throws Exception {
    refused(
        start("dispatcher", Map.of(), "-instances", "2", "-conf", conf(withKey()).toString()),
        "a dispatcher is one event-loop verticle: drop -instances");
    refused(
        start("worker-verticle", Map.of(), "-worker"),
        "a worker is one event-loop verticle: drop -worker");
  }

  @Test
  void theBusIsWhereTheSettingsSay() throws Exception {
    refused(
        start("dispatcher", Map.of(), "-cluster-host", "0.0.0.0"),
        "-cluster-host would do nothing: set cluster.host");
  }

  @Test
  void whoAsksForHelpGetsIt() throws Exception {
    Ending ending = start("dispatcher", Map.of(), "--help");
    assertThat(ending.code()).isZero();
    assertThat(ending.lines()).isEmpty();
  }
}
