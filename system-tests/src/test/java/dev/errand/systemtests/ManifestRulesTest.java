package dev.errand.systemtests;

import static dev.errand.systemtests.PrintedManifests.container;
import static dev.errand.systemtests.PrintedManifests.list;
import static dev.errand.systemtests.PrintedManifests.pod;
import static dev.errand.systemtests.PrintedManifests.ports;
import static dev.errand.systemtests.PrintedManifests.template;
import static dev.errand.systemtests.PrintedManifests.title;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.Quantities;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What must be so in every overlay, whatever else an overlay changes. */
class ManifestRulesTest {

  private static final String OVERLAYS = "dev.errand.systemtests.PrintedManifests#OVERLAYS";
  private static final List<String> PROBES =
      List.of("startupProbe", "livenessProbe", "readinessProbe");

  /** Beside the drain: to say goodbye, to leave the cluster, to end. */
  private static final int LAST_SECONDS = 15;

  private static boolean isDispatcher(JsonObject owner) {
    return owner.getString("kind").equals("StatefulSet");
  }

  private static boolean selects(JsonObject labels, JsonObject owner) {
    JsonObject has = template(owner).getJsonObject("metadata").getJsonObject("labels");
    return labels.stream().allMatch(label -> label.getValue().equals(has.getValue(label.getKey())));
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void thereIsOneDispatcherWithAVolume(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    assertThat(manifests.owners()).hasSize(2);
    JsonObject dispatcher = manifests.get("StatefulSet", "errand-dispatcher");
    JsonObject spec = dispatcher.getJsonObject("spec");
    assertThat(spec.getInteger("replicas")).isOne();
    // Else Kubernetes waits for a pod with wrong settings before it puts a corrected one in its
    // place.
    assertThat(spec.getString("podManagementPolicy")).isEqualTo("Parallel");
    assertThat(list(spec.getJsonArray("volumeClaimTemplates"))).hasSize(1);
    assertThat(manifests.settings(dispatcher).getJsonObject("store").getString("path"))
        .startsWith(mount(dispatcher, "store").getString("mountPath") + "/");
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void aContainerHasNoRightsThatItDoesNotNeed(String overlay) throws IOException {
    for (JsonObject owner : PrintedManifests.of(overlay).owners()) {
      JsonObject pod = pod(owner).getJsonObject("securityContext");
      assertThat(pod.getBoolean("runAsNonRoot")).as(title(owner)).isTrue();
      assertThat(pod.getInteger("runAsUser")).isPositive();
      assertThat(pod.getJsonObject("seccompProfile").getString("type")).isEqualTo("RuntimeDefault");
      JsonObject own = container(owner).getJsonObject("securityContext");
      assertThat(own.getBoolean("allowPrivilegeEscalation")).as(title(owner)).isFalse();
      assertThat(own.getBoolean("readOnlyRootFilesystem")).as(title(owner)).isTrue();
      assertThat(own.getJsonObject("capabilities").getJsonArray("drop")).containsExactly("ALL");
      assertThat(own.getJsonObject("capabilities").containsKey("add")).isFalse();
      for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
        assertThat(pod(owner).containsKey(shared)).as(shared).isFalse();
      }
      assertThat(volume(owner, mountAt(owner, "/tmp")).containsKey("emptyDir")).isTrue();
    }
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void noPodMayAskTheApi(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    for (JsonObject owner : manifests.owners()) {
      assertThat(pod(owner).getBoolean("automountServiceAccountToken")).as(title(owner)).isFalse();
      JsonObject account =
          manifests.get("ServiceAccount", pod(owner).getString("serviceAccountName"));
      assertThat(account.getBoolean("automountServiceAccountToken")).isFalse();
    }
    assertThat(manifests.objects())
        .extracting(PrintedManifests::kind)
        .doesNotContain("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding");
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void aContainerHasItsShareAndNoMore(String overlay) throws IOException {
    for (JsonObject owner : PrintedManifests.of(overlay).owners()) {
      JsonObject resources = container(owner).getJsonObject("resources");
      for (String part : List.of("requests", "limits")) {
        assertThat(resources.getJsonObject(part).fieldNames())
            .as(title(owner) + " " + part)
            .contains("cpu", "memory");
      }
      assertThat(resources.getJsonObject("limits").getString("memory"))
          .as("the JVM takes its part of the limit, so it is to be there")
          .isEqualTo(resources.getJsonObject("requests").getString("memory"));
    }
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void heapAndDirectMemoryLeaveRoomForTheRest(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    for (JsonObject owner : manifests.owners()) {
      PodTemplate template = new PodTemplate(manifests, owner, Map.of());
      long memory =
          Quantities.size(
              container(owner)
                      .getJsonObject("resources")
                      .getJsonObject("limits")
                      .getString("memory")
                  + "B");
      long heap =
          memory * number(template.command().toString(), "-XX:MaxRAMPercentage=(\\d+)") / 100;
      long direct =
          number(
                  template.environment("127.0.0.1").get("JDK_JAVA_OPTIONS"),
                  "-XX:MaxDirectMemorySize=(\\d+)m")
              << 20;
      assertThat(heap + direct).as(title(owner)).isLessThanOrEqualTo(memory * 85 / 100);
      assertThat(direct)
          .as("what a busy " + title(owner) + " needs of direct memory")
          .isGreaterThanOrEqualTo(memory * 15 / 100);
    }
  }

  private static long number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern + " in " + text).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void probesAskWhatTheyAreFor(String overlay) throws IOException {
    for (JsonObject owner : PrintedManifests.of(overlay).owners()) {
      for (String probe : PROBES) {
        JsonObject asks = container(owner).getJsonObject(probe);
        JsonObject get = asks.getJsonObject("httpGet");
        assertThat(get.getString("path"))
            .isEqualTo(probe.equals("readinessProbe") ? "/readyz" : "/livez");
        assertThat(get.getString("port"))
            .as("where callers do not keep them out")
            .isEqualTo("health");
      }
      JsonObject startup = container(owner).getJsonObject("startupProbe");
      assertThat(startup.getInteger("periodSeconds") * startup.getInteger("failureThreshold"))
          .as("seconds for a large store to open, or a worker's dispatcher to come")
          .isGreaterThanOrEqualTo(600);
      JsonObject liveness = container(owner).getJsonObject("livenessProbe");
      assertThat(liveness.getInteger("periodSeconds") * liveness.getInteger("failureThreshold"))
          .as("a node ends by itself 30 s after its membership got stuck")
          .isGreaterThanOrEqualTo(30);
    }
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void thereIsTimeToDrain(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    for (JsonObject owner : manifests.owners()) {
      JsonObject worker = manifests.settings(owner).getJsonObject("worker", new JsonObject());
      long drain = Quantities.duration(worker.getString("drain", "0s")).toSeconds();
      assertThat(pod(owner).getInteger("terminationGracePeriodSeconds"))
          .as(title(owner))
          .isGreaterThanOrEqualTo((int) drain + LAST_SECONDS);
    }
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void aNewWorkerComesBeforeAnOldOneGoes(String overlay) throws IOException {
    JsonObject spec =
        PrintedManifests.of(overlay).get("Deployment", "errand-worker").getJsonObject("spec");
    JsonObject update = spec.getJsonObject("strategy").getJsonObject("rollingUpdate");
    assertThat(update.getInteger("maxUnavailable")).isZero();
    assertThat(String.valueOf(update.getValue("maxSurge"))).isNotEqualTo("0");
  }

  /** The specs of that kind whose selector is for the owner's pods. */
  private static List<JsonObject> ofOwner(
      PrintedManifests manifests, String kind, String selector, JsonObject owner) {
    return manifests.all(kind).stream()
        .map(each -> each.getJsonObject("spec"))
        .filter(each -> selects(each.getJsonObject(selector).getJsonObject("matchLabels"), owner))
        .toList();
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void eachBudgetIsForPodsAndLetsOneGo(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    for (JsonObject owner : manifests.owners()) {
      List<JsonObject> budgets = ofOwner(manifests, "PodDisruptionBudget", "selector", owner);
      assertThat(budgets).as(title(owner)).hasSize(1);
      assertThat(String.valueOf(budgets.get(0).getValue("maxUnavailable"))).isNotEqualTo("0");
    }
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void clusterPortsAreFixedAndTheSameEverywhere(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    for (JsonObject owner : manifests.owners()) {
      JsonObject cluster = manifests.settings(owner).getJsonObject("cluster");
      assertThat(ports(owner)).containsEntry("members", cluster.getInteger("memberPort"));
      assertThat(ports(owner)).containsEntry("bus", cluster.getInteger("busPort"));
      assertThat(cluster.getInteger("memberPort")).isEqualTo(5701);
      assertThat(cluster.getInteger("busPort")).isEqualTo(5702);
      JsonObject settings = manifests.settings(owner);
      JsonObject own = settings.getJsonObject(isDispatcher(owner) ? "http" : "worker");
      assertThat(ports(owner)).containsEntry("health", own.getInteger("healthPort"));
      if (isDispatcher(owner)) {
        assertThat(ports(owner)).containsEntry("http", own.getInteger("port"));
      }
    }
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void nodesFindEachOtherBeforeTheyAreReady(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    for (JsonObject owner : manifests.owners()) {
      String name = manifests.settings(owner).getJsonObject("cluster").getString("serviceDns");
      JsonObject service = manifests.get("Service", name).getJsonObject("spec");
      assertThat(service.getString("clusterIP")).isEqualTo("None");
      assertThat(service.getBoolean("publishNotReadyAddresses")).isTrue();
      assertThat(selects(service.getJsonObject("selector"), owner)).as(title(owner)).isTrue();
    }
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void eachPortIsOpenToThoseAloneWhoNeedIt(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    for (JsonObject owner : manifests.owners()) {
      List<JsonObject> policies = ofOwner(manifests, "NetworkPolicy", "podSelector", owner);
      Set<String> open = new HashSet<>();
      for (JsonObject policy : policies) {
        assertThat(policy.getJsonArray("policyTypes")).contains("Ingress");
        for (JsonObject rule : list(policy.getJsonArray("ingress"))) {
          assertThat(list(rule.getJsonArray("from"))).as("from everywhere: " + rule).isNotEmpty();
          for (JsonObject port : list(rule.getJsonArray("ports"))) {
            open.add(port.getString("port"));
            if (!port.getString("port").equals("http")) {
              assertThat(list(rule.getJsonArray("from")))
                  .as("the cluster's ports are for its nodes")
                  .allMatch(from -> from.fieldNames().equals(Set.of("podSelector")))
                  .allMatch(
                      from ->
                          from.getJsonObject("podSelector")
                              .getJsonObject("matchLabels")
                              .equals(new JsonObject().put("app.kubernetes.io/name", "errand")));
            }
          }
          assertThat(list(rule.getJsonArray("ports"))).as("on all ports: " + rule).isNotEmpty();
        }
      }
      Set<String> meant = new HashSet<>(ports(owner).keySet());
      // The machine's own kubelet asks there, which no policy keeps away.
      meant.remove("health");
      assertThat(open).as(title(owner)).isEqualTo(meant);
      assertThat(policies.stream().flatMap(each -> each.getJsonArray("policyTypes").stream()))
          .as("what goes out of " + title(owner))
          .contains("Egress");
    }
  }

  @ParameterizedTest
  @FieldSource(OVERLAYS)
  void secretsAreFilesAndNothingElse(String overlay) throws IOException {
    PrintedManifests manifests = PrintedManifests.of(overlay);
    for (JsonObject owner : manifests.owners()) {
      JsonObject volume =
          volume(owner, mountAt(owner, "/run/secrets/errand")).getJsonObject("secret");
      assertThat(volume.getInteger("defaultMode"))
          .as("none but the owner and the group")
          .isEqualTo(0440);
      Set<String> files = new HashSet<>();
      list(volume.getJsonArray("items")).forEach(item -> files.add(item.getString("path")));
      assertThat(files)
          .as(title(owner))
          .isEqualTo(isDispatcher(owner) ? Set.of("authkey", "tokens.json") : Set.of("authkey"));
      assertThat(manifests.settings(owner).encode()).doesNotContain("authKey\"", "tokens\"");
      for (JsonObject variable : list(container(owner).getJsonArray("env"))) {
        assertThat(variable.getString("name")).doesNotContain("KEY", "TOKEN");
      }
    }
    for (JsonObject secret : manifests.all("Secret")) {
      assertThat(secret.containsKey("stringData")).isFalse();
      for (Map.Entry<String, Object> each : secret.getJsonObject("data")) {
        byte[] value = Base64.getDecoder().decode((String) each.getValue());
        assertThat(new String(value, StandardCharsets.UTF_8))
            .isEqualTo("in place of " + each.getKey() + "\n");
      }
    }
  }

  @Test
  void noFileOfTheManifestsHasAKey() throws IOException {
    try (Stream<Path> files = Files.walk(PrintedManifests.folder())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.toString().contains("/secret/")) {
          assertThat(Files.readString(file)).as(file.toString()).doesNotContain("errand1-");
        }
      }
    }
  }

  @Test
  void inProductionWorkersAreSpreadAndTheirNumberIsTheAutoscalers() throws IOException {
    PrintedManifests manifests = PrintedManifests.of("production");
    JsonObject worker = manifests.get("Deployment", "errand-worker");
    assertThat(worker.getJsonObject("spec").containsKey("replicas")).isFalse();
    assertThat(list(pod(worker).getJsonArray("topologySpreadConstraints")))
        .anyMatch(each -> each.getString("topologyKey").equals("kubernetes.io/hostname"))
        .allMatch(
            each ->
                selects(each.getJsonObject("labelSelector").getJsonObject("matchLabels"), worker));
    JsonObject scaled = manifests.get("ScaledObject", "errand-worker").getJsonObject("spec");
    assertThat(scaled.getJsonObject("scaleTargetRef").getString("name")).isEqualTo("errand-worker");
    for (JsonObject trigger : list(scaled.getJsonArray("triggers"))) {
      JsonObject service = manifests.get("Service", "errand");
      assertThat(trigger.getJsonObject("metadata").getString("url"))
          .startsWith(
              "http://errand."
                  + service.getJsonObject("metadata").getString("namespace")
                  + ".svc:"
                  + list(service.getJsonObject("spec").getJsonArray("ports"))
                      .get(0)
                      .getInteger("port")
                  + "/api/v1/stats?type=");
      JsonObject access =
          manifests
              .get(
                  "TriggerAuthentication",
                  trigger.getJsonObject("authenticationRef").getString("name"))
              .getJsonObject("spec")
              .getJsonArray("secretTargetRef")
              .getJsonObject(0);
      assertThat(
              manifests.get("Secret", access.getString("name")).getJsonObject("data").fieldNames())
          .contains(access.getString("key"));
    }
  }

  private static JsonObject mount(JsonObject owner, String name) {
    return list(container(owner).getJsonArray("volumeMounts")).stream()
        .filter(each -> each.getString("name").equals(name))
        .findAny()
        .orElseThrow();
  }

  private static String mountAt(JsonObject owner, String path) {
    return list(container(owner).getJsonArray("volumeMounts")).stream()
        .filter(each -> each.getString("mountPath").equals(path))
        .map(each -> each.getString("name"))
        .findAny()
        .orElseThrow();
  }

  private static JsonObject volume(JsonObject owner, String name) {
    return list(pod(owner).getJsonArray("volumes")).stream()
        .filter(each -> each.getString("name").equals(name))
        .findAny()
        .orElseThrow();
  }
}
