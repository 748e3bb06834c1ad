package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.config.cluster.Membership;
import dev.errand.config.cluster.SecureCluster;
import dev.errand.config.security.AuthKey;
import dev.errand.config.security.SharedKeys;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import dev.errand.protocol.client.TaskClient;
import dev.errand.worker.api.TaskHandler;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pods in miniature, of the manifests' laptop; what controllers do, the test does. */
final class PodCluster {

  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Where pods write down what has run. */
  static final Path NOTES = Path.of("/notes");

  private static final String SERVICE = "errand-members";
  private static final String HANDLERS = "/opt/errand/handlers";
  private static final String JVM =
      "-XX:MaxRAM=%s -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Derrand.endWithInput=true";

  private final AuthKey key = AuthKey.random();
  private final PodNetwork network;
  private final Pod.Disk disk;
  private final PodTemplate dispatcherTemplate;
  private final PodTemplate workerTemplate;
  private final List<Pod> pods = new ArrayList<>();
  private Vertx vertx;
  private TaskClient client;

  PodCluster(Path folder, Path javaRoot) throws Exception {
    Map<String, String> secrets = new HashMap<>();
    secrets.put("authkey", key.text());
    secrets.put("tokens.json", new JsonObject().put(HttpApi.ADMIN, "admin").encode());
    PrintedManifests manifests = PrintedManifests.of("laptop");
    dispatcherTemplate =
        new PodTemplate(manifests, manifests.get("StatefulSet", "errand-dispatcher"), secrets);
    workerTemplate =
        new PodTemplate(manifests, manifests.get("Deployment", "errand-worker"), secrets);
    Path handlers = Files.createDirectories(folder.resolve("handlers"));
    HandlerJar.of(handlers.resolve("noting.jar"), NotingHandler.class, TaskHandler.class);
    Path notes = Files.createDirectories(folder.resolve("notes"));
    Shell.run("chmod", "777", notes.toString());
    network = new PodNetwork(folder);
    Map<String, Path> shared = Map.of(HANDLERS, handlers, NOTES.toString(), notes);
    disk = new Pod.Disk(javaRoot, folder.resolve("volumes"), network.resolver(), shared);
    makeRoom(javaRoot);
  }

  /** A runtime makes folders for what is mounted; those of all pods are in one root here. */
  private void makeRoom(Path root) throws Exception {
    List<String> paths = new ArrayList<>(List.of("/dev", "/proc", "/etc", "/opt/errand/node"));
    paths.addAll(disk.shared().keySet());
    for (PodTemplate template : List.of(dispatcherTemplate, workerTemplate)) {
      template.mounts().forEach(mount -> paths.add(mount.path()));
    }
    for (String path : paths) {
      Files.createDirectories(root.resolve(path.substring(1)));
    }
    Files.writeString(root.resolve("etc/hosts"), "");
    Files.writeString(root.resolve("etc/resolv.conf"), "");
  }

  /** Starts a dispatcher, at an address that none had before. */
  Pod startDispatcher() throws Exception {
    return start("errand-dispatcher-0", dispatcherTemplate, Map.of());
  }

  /** Starts a worker. */
  Pod startWorker() throws Exception {
    return start("errand-worker", workerTemplate, Map.of());
  }

  /** Starts a worker that looks for the others by another name. */
  Pod startLostWorker(String service) throws Exception {
    return start("lost-worker", workerTemplate, Map.of("ERRAND_CLUSTER_SERVICE_DNS", service));
  }

  Pod startLostDispatcher(String service) throws Exception {
    return start(
        "lost-dispatcher", dispatcherTemplate, Map.of("ERRAND_CLUSTER_SERVICE_DNS", service));
  }

  private Pod start(String name, PodTemplate template, Map<String, String> more) throws Exception {
    String space = name + "-" + ProcessHandle.current().pid() + "-" + pods.size();
    String address = network.plug(space);
    network.list(SERVICE, address);
    Map<String, String> variables = new HashMap<>(more);
    variables.put("JAVA_TOOL_OPTIONS", String.format(JVM, template.memory()));
    Pod pod = Pod.start(space, address, template, disk, variables);
    pods.add(pod);
    return pod;
  }

  static void awaitReady(Pod... pods) {
    for (Pod pod : pods) {
      await(pod.name + " is ready").atMost(PATIENCE).until(pod::isReady);
    }
  }

  /** As a pod is deleted: it ends in order within its grace period, and DNS forgets it. */
  void delete(Pod pod) throws Exception {
    pod.end();
    assertThat(pod.awaitEnd()).as("exit code of " + pod.name + ": " + pod.log()).isZero();
    network.unlist(pod.address);
  }

  /** As a pod's machine goes. */
  void lose(Pod pod) throws Exception {
    network.unlist(pod.address);
    pod.kill();
    pod.awaitEnd();
  }

  HttpApi api(Pod dispatcher) {
    return new HttpApi(dispatcher.address, 8080, HttpApi.ADMIN);
  }

  /** The test's own node, which first looks for that one. */
  TaskClient client(Pod first) throws Exception {
    if (client == null) {
      ClusterSettings settings =
          new ClusterSettings(
              "errand",
              PodNetwork.HOST,
              0,
              0,
              ClusterSettings.Search.of(List.of(new PeerAddress(first.address, 5701))),
              new SharedKeys(key));
      vertx = ProcessCluster.get(SecureCluster.join(settings, "client"));
      Membership membership = Membership.of(vertx);
      client =
          ProcessCluster.get(
              TaskClient.create(vertx, membership.cluster(), membership.local().nodeId()));
    }
    return client;
  }

  void tellLogs() {
    for (Pod pod : pods) {
      System.out.println(pod.name + " at " + pod.address + ":");
      pod.log().forEach(line -> System.out.println("  " + line));
    }
  }

  /** All are gone when it is closed. */
  void close() throws Exception {
    if (vertx != null) {
      ProcessCluster.get(client.close());
      ProcessCluster.get(vertx.close());
    }
    pods.forEach(Pod::kill);
    for (Pod pod : pods) {
      pod.awaitEnd();
    }
    network.close();
  }
}
