package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs and the commands in the README run as they stand, and do what it says. */
class ReadmeIT {

  private static final Pattern PROGRAM =
      Pattern.compile("```java\n(package com\\.acme;.*?class (\\w+).*?)```", Pattern.DOTALL);
  private static final Pattern SHELL = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @TempDir Path folder;

  /** A jar of all programs, without a manifest of its own. */
  private Path mine() throws IOException {
    List<String> javac = new ArrayList<>();
    Path classes = folder.resolve("classes");
    javac.addAll(List.of("-cp", workerJar(), "-d", classes.toString()));
    String readme = Files.readString(ProcessCluster.root().resolve("README.md"));
    for (MatchResult each : PROGRAM.matcher(readme).results().toList()) {
      Path source = folder.resolve(each.group(2) + ".java");
      javac.add(Files.writeString(source, each.group(1)).toString());
    }
    run("javac", javac.toArray(String[]::new));
    Path jar = folder.resolve("mine.jar");
    run("jar", "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
    return jar;
  }

  private static void run(String tool, String... arguments) {
    int code = ToolProvider.findFirst(tool).orElseThrow().run(System.out, System.err, arguments);
    assertThat(code).as(tool + " " + Arrays.toString(arguments)).isZero();
  }

  private static String workerJar() {
    return ProcessCluster.jar("worker-verticle").toString();
  }

  /** A folder that looks to the script as if it had been built there. */
  private Path script() throws IOException {
    Path home = Files.createDirectory(folder.resolve("home"));
    for (String module :
        List.of("config", "protocol", "dispatcher", "worker-verticle", "command")) {
      Path built = ProcessCluster.root().resolve(module).resolve("target");
      Files.createSymbolicLink(
          Files.createDirectory(home.resolve(module)).resolve("target"), built);
    }
    Files.createFile(home.resolve("pom.xml"));
    Path script = home.resolve("errand");
    Files.copy(ProcessCluster.root().resolve("errand"), script, StandardCopyOption.COPY_ATTRIBUTES);
    Files.createFile(Files.createDirectory(home.resolve("target")).resolve("built"));
    return script;
  }

  private NodeProcess startWorker(ProcessCluster cluster, Path mine) throws Exception {
    JsonObject conf = cluster.workerConf("worker-3");
    conf.getJsonObject("worker")
        .put(
            "handlers",
            new JsonArray().add("com.acme.ReverseHandler").add("com.acme.LinesHandler"));
    ProcessBuilder worker =
        new ProcessBuilder(
            "env",
            "JAVA_HOME=" + System.getProperty("java.home"),
            "ERRAND_JAVA_OPTS=-Xmx512m -Derrand.endWithInput=true",
            "ERRAND_CLASSPATH=" + mine,
            script().toString(),
            "worker",
            "-conf",
            conf.encode());
    return cluster.add(NodeProcess.start("worker-3", worker, ProcessCluster.WORKER_READY));
  }

  private NodeProcess start(ProcessCluster cluster, Path mine, Pattern line, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(JAVA, "-cp", workerJar() + ":" + mine));
    command.addAll(List.of(arguments));
    return cluster.add(NodeProcess.start("program", new ProcessBuilder(command), line));
  }

  /** Runs the program to its end; gives the id that it printed. */
  private String ask(ProcessCluster cluster, Path mine, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("com.acme.Ask"));
    all.addAll(List.of(arguments));
    Pattern line = line("(\\w{13}) succeeded: 423 \\* 423 = 178929");
    NodeProcess program = start(cluster, mine, line, all.toArray(String[]::new));
    String id = program.awaitStart(60).group(1);
    assertThat(program.awaitEnd(30)).isZero();
    return id;
  }

  private static Pattern line(String text) {
    return Pattern.compile("^" + text + "$");
  }

  /** What the README has one type in a shell to submit tasks, but for what goes on for ever. */
  private static List<String> shellCommands() throws IOException {
    String readme = Files.readString(ProcessCluster.root().resolve("README.md"));
    int begin = readme.indexOf("## Submit from a shell");
    String section = readme.substring(begin, readme.indexOf("\n## ", begin));
    return SHELL
        .matcher(section)
        .results()
        .flatMap(block -> block.group(1).lines())
        .filter(line -> line.contains("./errand ") && !line.contains("--watch"))
        .toList();
  }

  /** Runs it to its end as somebody who sits in the script's folder; gives what it prints. */
  private static String type(Path home, String url, String command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", command).directory(home.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("ERRAND_"));
    builder.environment().put("ERRAND_URL", url);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Path err = home.resolve("err.txt");
    Process process = builder.redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(command + ": " + Files.readString(err)).isZero();
    return out;
  }

  @Test
  @Timeout(300)
  void theCommandsDoWhatTheReadmeSays() throws Exception {
    Path home = script().getParent();
    Files.writeString(
        home.resolve("tasks.ndjson"), "{\"type\": \"square\", \"payload\": 423}\n".repeat(3));
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher();
      cluster.worker("worker-1");
      String url = "http://127.0.0.1:" + cluster.port();
      List<String> printed = new ArrayList<>();
      for (String command : shellCommands()) {
        printed.add(type(home, url, command));
        if (command.startsWith("seq ")) {
          try (Stream<String> results = Files.lines(home.resolve("results.ndjson"))) {
            assertThat(results).hasSize(100_000);
          }
        } else if (command.contains(" > results.ndjson")) {
          assertThat(Files.readAllLines(home.resolve("results.ndjson")))
              .hasSize(3)
              .allMatch(line -> line.contains("423 * 423 = 178929"));
        }
      }
      assertThat(printed).hasSize(7);
      assertThat(printed.get(0)).contains("423 * 423 = 178929");
      assertThat(new JsonObject(printed.get(1)).getString("result")).isEqualTo("text");
      assertThat(printed.get(5)).contains("worker-1");
      assertThat(new JsonObject(printed.get(6)).getInteger("succeeded")).isEqualTo(100_005);
    }
  }

  @Test
  void theProgramsDoWhatTheReadmeSays() throws Exception {
    Path mine = mine();
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher();
      JsonObject settings =
          new JsonObject()
              .put("cluster", cluster.workerConf("").getJsonObject("cluster"))
              .put("mine", 1);
      String my = Files.writeString(folder.resolve("my.json"), settings.encode()).toString();
      NodeProcess worker = startWorker(cluster, mine);

      String id = ask(cluster, mine, my);
      assertThat(ask(cluster, mine, my, id)).isEqualTo(id);

      start(
              cluster,
              mine,
              line("\\w{13} is (queued|running|succeeded)"),
              "dev.errand.config.launch.ErrandLauncher",
              "com.acme.MyVerticle",
              "-conf",
              my)
          .awaitStart(60);
      assertThat(get(cluster.client().call("reverse", "Errand", String.class))).isEqualTo("dnarrE");
      assertThat(get(cluster.client().call("lines", my, Integer.class))).isOne();
      assertThat(worker.log())
          .anyMatch(each -> each.contains("types echo, lines, reverse, sleep, square"));
    }
  }
}
