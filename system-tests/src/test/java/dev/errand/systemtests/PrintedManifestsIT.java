package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is printed is what kubectl prints. Needs kubectl. */
@Tag("debian")
class PrintedManifestsIT {

  /** Older ones don't know what the overlays are written in. */
  private static final int OLDEST = 21;

  @TempDir Path folder;

  private static String run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + ": " + out).isZero();
    return out;
  }

  private static Map<String, JsonObject> byTitle(PrintedManifests manifests) {
    return manifests.objects().stream()
        .collect(Collectors.toMap(PrintedManifests::title, Function.identity()));
  }

  @BeforeEach
  void seeHowOldItIs() throws Exception {
    String minor =
        new JsonObject(run("kubectl", "version", "--client", "-o", "json"))
            .getJsonObject("clientVersion")
            .getString("minor")
            .replaceAll("\\D", "");
    String old = "not compared: kubectl 1." + minor + " is older than 1." + OLDEST;
    if (Integer.parseInt(minor) < OLDEST) {
      System.out.println(old);
    }
    assumeTrue(Integer.parseInt(minor) >= OLDEST, old);
  }

  /** The YAML blocks of the README, in its order. */
  private static List<String> blocks() throws Exception {
    String readme = Files.readString(ProcessCluster.root().resolve("README.md"));
    return Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
        .matcher(readme)
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  @Test
  void theOverlayOfTheReadmePutsAnotherImageInPlace() throws Exception {
    run("cp", "-R", PrintedManifests.folder().toString(), folder.toString());
    Path overlays = folder.resolve("kubernetes/overlays");
    Path secret = overlays.resolve("laptop/secret");
    Files.createDirectories(secret);
    Files.writeString(secret.resolve("authkey"), "key");
    Files.writeString(secret.resolve("tokens.json"), "{}");
    Path acme = Files.createDirectory(overlays.resolve("acme"));
    Files.writeString(acme.resolve("kustomization.yaml"), blocks().get(0));
    Files.writeString(acme.resolve("egress.yaml"), blocks().get(1));
    PrintedManifests manifests =
        PrintedManifests.parse(run("kubectl", "kustomize", acme.toString()));
    JsonObject worker = manifests.get("Deployment", "errand-worker");
    assertThat(PrintedManifests.container(worker).getString("image"))
        .isEqualTo("localhost/acme-worker:1");
    assertThat(manifests.all("NetworkPolicy"))
        .extracting(PrintedManifests::name)
        .contains("acme-egress");
  }

  @Test
  void kubectlPrintsTheSame() throws Exception {
    run(PrintedManifests.folder().resolve("print").toString(), folder.toString());
    for (String overlay : PrintedManifests.OVERLAYS) {
      String printed = Files.readString(folder.resolve(overlay + ".yaml"));
      assertThat(byTitle(PrintedManifests.parse(printed)))
          .as(overlay)
          .isEqualTo(byTitle(PrintedManifests.of(overlay)));
    }
  }
}
