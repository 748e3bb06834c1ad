package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What is printed is of the manifests as they are; {@link PrintedManifestsIT} prints them anew. */
class PrintedManifestsTest {

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static List<String> sources() throws IOException {
    Path folder = PrintedManifests.folder();
    try (Stream<Path> base = Files.walk(folder.resolve("base"));
        Stream<Path> overlays = Files.walk(folder.resolve("overlays"))) {
      return Stream.concat(base, overlays)
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .filter(file -> !file.contains("/secret/"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @FieldSource("dev.errand.systemtests.PrintedManifests#OVERLAYS")
  void itIsOfTheSourcesAsTheyAre(String overlay) throws Exception {
    StringBuilder sums = new StringBuilder();
    for (String source : sources()) {
      byte[] bytes = Files.readAllBytes(PrintedManifests.folder().resolve(source));
      sums.append(sha256(bytes)).append("  ").append(source).append('\n');
    }
    Path printed = PrintedManifests.folder().resolve("printed").resolve(overlay + ".yaml");
    assertThat(Files.readAllLines(printed).get(0))
        .as("after a change below config/kubernetes run config/kubernetes/print")
        .endsWith("of sha256 " + sha256(sums.toString().getBytes(StandardCharsets.UTF_8)));
  }
}
