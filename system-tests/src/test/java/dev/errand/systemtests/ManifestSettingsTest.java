package dev.errand.systemtests;

import static dev.errand.systemtests.PrintedManifests.container;
import static dev.errand.systemtests.PrintedManifests.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.config.security.AuthKey;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.DispatcherSettings;
import dev.errand.config.settings.Quantities;
import dev.errand.config.settings.SettingsException;
import dev.errand.config.settings.SettingsReader;
import dev.errand.config.settings.WorkerSettings;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Nodes accept the settings that their pods give them, and the variables that Kubernetes adds. */
class ManifestSettingsTest {

  private static final String OVERLAYS = "dev.errand.systemtests.PrintedManifests#OVERLAYS";
  private static final String SECRETS = "/run/secrets/errand";

  @TempDir Path secrets;

  @BeforeEach
  void makeSecrets() throws IOException {
    write("authkey", AuthKey.random().text());
    write("tokens.json", new JsonObject().put(HttpApi.ADMIN, "admin").encode());
  }

  private void write(String name, String text) throws IOException {
    Path file = Files.writeString(secrets.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static JsonObject dispatcher(PrintedManifests manifests) {
    return manifests.get("StatefulSet", "errand-dispatcher");
  }

  private static JsonObject worker(PrintedManifests manifests) {
    return manifests.get("Deployment", "errand-worker");
  }

  /** As a container of that pod would have it, were its address this machine's. */
  private SettingsReader reader(
      PrintedManifests manifests, JsonObject owner, Map<String, String> more) {
    String text = manifests.settings(owner).encode();
    assertThat(text).contains(SECRETS);
    JsonObject file = new JsonObject(text.replace(SECRETS, secrets.toString()));
    Map<String, String> environment = new HashMap<>(more);
    for (JsonObject variable : list(container(owner).getJsonArray("env"))) {
      environment.put(variable.getString("name"), variable.getString("value", "127.0.0.1"));
    }
    return new SettingsReader(file, environment);
  }

  private List<Object> readDispatcher(PrintedManifests manifests, Map<String, String> more) {
    SettingsReader in = reader(manifests, dispatcher(manifests), more);
    ClusterSettings cluster = ClusterSettings.read(in, ClusterSettings.Defaults.DISPATCHER);
    DispatcherSettings settings = DispatcherSettings.read(in);
    in.finish();
    return List.of(cluster, settings);
  }

  private List<Object> readWorker(PrintedManifests manifests, Map<String, String> more) {
    SettingsReader in = reader(manifests, worker(manifests), more);
    ClusterSettings cluster = ClusterSettings.read(in, ClusterSettings.Defaults.OTHERS);
    WorkerSettings settings = WorkerSettings.read(in);
    in.finish();
    return List.of(cluster, settings);
  }

  /** What pods of the same namespace get, unless they turn enableServiceLinks off. */
  private static Map<String, String> injected(String service, String portName, int port) {
    String name = service.toUpperCase(Locale.ROOT).replace('-', '_');
    String address = "10.96.0.7";
    String url = "tcp://" + address + ":" + port;
    String each = name + "_PORT_" + port + "_TCP";
    return Map.of(
        name + "_SERVICE_HOST",
        address,
        name + "_SERVICE_PORT",
        String.valueOf(port),
        name + "_SERVICE_PORT_" + portName.toUpperCase(Locale.ROOT),
        String.valueOf(port),
        name + "_PORT",
        url,
        each,
        url,
        each + "_PROTO",
        "tcp",
        each + "_PORT",
        String.valueOf(port),
        each + "_ADDR",
        address);
  }

  private static Map<String, String> injected(PrintedManifests manifests) {
    Map<String, String> all = new HashMap<>();
    for (JsonObject service : manifests.all("Service")) {
      JsonObject spec = service.getJsonObject("spec");
      if (!"None".equals(spec.getString("clusterIP"))) {
        for (JsonObject port : list(spec.getJsonArray("ports"))) {
          all.putAll(
              injected(
                  PrintedManifests.name(service), port.getString("name"), port.getInteger("port")));
        }
      }
    }
    assertThat(all).isNotEmpty();
    return all;
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void nodesAcceptTheirSettings(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    assertThat(readDispatcher(manifests, Map.of())).hasSize(2);
    assertThat(readWorker(manifests, Map.of())).hasSize(2);
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void theVariablesOfServicesChangeNothing(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    Map<String, String> injected = injected(manifests);
    assertThat(readDispatcher(manifests, injected))
        .usingRecursiveComparison()
        .isEqualTo(readDispatcher(manifests, Map.of()));
    assertThat(readWorker(manifests, injected)).isEqualTo(readWorker(manifests, Map.of()));
    for (JsonObject owner : manifests.owners()) {
      assertThat(PrintedManifests.pod(owner).getBoolean("enableServiceLinks")).isFalse();
    }
  }

  @Test
  void thoseOfAServiceOfAnotherNameWould() throws IOException {
    PrintedManifests manifests = PrintedManifests.of("laptop");
    assertThatThrownBy(() -> readDispatcher(manifests, injected("errand-http", "http", 8080)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("http.port 'tcp://10.96.0.7:8080'");
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void theVolumeHasRoomForAllThatMayBeKept(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    String volume =
        dispatcher(manifests)
            .getJsonObject("spec")
            .getJsonArray("volumeClaimTemplates")
            .getJsonObject(0)
            .getJsonObject("spec")
            .getJsonObject("resources")
            .getJsonObject("requests")
            .getString("storage");
    DispatcherSettings settings = (DispatcherSettings) readDispatcher(manifests, Map.of()).get(1);
    assertThat(settings.limits().queuedBytes() + settings.store().retentionBytes())
        .isLessThan(Quantities.size(volume + "B"));
  }
}
