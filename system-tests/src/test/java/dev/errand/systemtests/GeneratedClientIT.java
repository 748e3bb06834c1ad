package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that a public generator makes from the description does the main job. */
class GeneratedClientIT {

  private static final String PROGRAM =
      """
      import org.openapitools.client.ApiClient;
      import org.openapitools.client.api.TasksApi;
      import org.openapitools.client.model.Task;
      import org.openapitools.client.model.TaskRequest;

      public class Square {
        public static void main(String[] arguments) throws Exception {
          ApiClient client = new ApiClient();
          client.updateBaseUri(arguments[0]);
          client.setRequestInterceptor(
              request -> request.header("Authorization", "Bearer " + arguments[1]));
          TaskRequest request = new TaskRequest().type("square").payload(423);
          Task task = new TasksApi(client).submitTask(request, "20s", null);
          System.out.println(task.getState().getValue() + ": " + task.getResult());
        }
      }
      """;

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  /** The generator has the libraries that what it makes needs. */
  private static final Path GENERATOR = generator("openapi-generator-cli.jar");

  private static final String LIBRARIES = GENERATOR + ":" + generator("jakarta.annotation-api.jar");

  @TempDir Path folder;

  private static Path generator(String jar) {
    return ProcessCluster.root().resolve("system-tests/target/generator").resolve(jar);
  }

  @Test
  void aGeneratedClientCompilesAndSquaresANumber() throws Exception {
    Path description =
        ProcessCluster.root()
            .resolve("dispatcher/src/main/resources/dev/errand/dispatcher/web/openapi.yaml");
    Path made = folder.resolve("client");
    run(
        List.of(
            JAVA,
            "-jar",
            GENERATOR.toString(),
            "generate",
            "-i",
            description.toString(),
            "-g",
            "java",
            "--library",
            "native",
            "--additional-properties",
            "openApiNullable=false,useJakartaEe=true",
            "-o",
            made.toString()));
    Path classes = compiled(made.resolve("src/main/java"));
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher(HttpApi.withTokens(cluster.dispatcherConf()));
      cluster.worker("worker");
      String said =
          run(
              List.of(
                  JAVA,
                  "-cp",
                  classes + ":" + LIBRARIES,
                  "Square",
                  "http://127.0.0.1:" + cluster.port(),
                  HttpApi.SUBMIT));
      assertThat(said).isEqualToIgnoringNewLines("succeeded: 423 * 423 = 178929");
    }
  }

  private Path compiled(Path sources) throws IOException {
    Path classes = folder.resolve("classes");
    List<String> javac =
        new ArrayList<>(List.of("-nowarn", "-cp", LIBRARIES, "-d", classes.toString()));
    javac.add(Files.writeString(folder.resolve("Square.java"), PROGRAM).toString());
    try (Stream<Path> files = Files.walk(sources)) {
      files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(javac::add);
    }
    int code =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(System.out, System.err, javac.toArray(String[]::new));
    assertThat(code).isZero();
    return classes;
  }

  /** Runs a program to its end; what it has said. */
  private String run(List<String> command) throws Exception {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(out);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
