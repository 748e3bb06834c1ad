package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.protocol.Task;
import dev.errand.protocol.TaskState;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes as the manifests of Kubernetes describe them, in pods in miniature: they find each other by
 * DNS, come, go and are replaced. Needs root, iproute2 and dnsmasq.
 */
@Tag("debian")
class PodsIT {

  private static final int AT_ONCE = 16;
  private static final int MOST_WORKERS = 5;

  @TempDir static Path rootFolder;
  private static Path javaRoot;

  @TempDir Path folder;
  private final long seed = Long.getLong("pods.seed", new Random().nextInt(1_000_000));
  private final Recording recording = new Recording();
  private PodCluster cluster;
  private boolean well;

  @BeforeAll
  static void makeRoot() throws Exception {
    javaRoot = JavaRoot.make(rootFolder.resolve("root"));
  }

  @BeforeEach
  void openCluster() throws Exception {
    cluster = new PodCluster(folder, javaRoot);
  }

  @AfterEach
  void closeCluster() throws Exception {
    if (!well) {
      cluster.tellLogs();
    }
    cluster.close();
  }

  private static List<String> workers(HttpApi api) throws Exception {
    return api.get("/api/v1/stats").json().getJsonArray("workers").stream()
        .map(worker -> ((JsonObject) worker).getString("name"))
        .sorted()
        .toList();
  }

  private static List<String> names(List<Pod> pods) {
    return pods.stream().map(pod -> pod.name).sorted().toList();
  }

  @Test
  void nodesFindEachOtherByDnsAndOneIsReplaced() throws Exception {
    Pod dispatcher = cluster.startDispatcher();
    Pod lost = cluster.startWorker();
    Pod staying = cluster.startWorker();
    PodCluster.awaitReady(dispatcher, lost, staying);
    HttpApi api = cluster.api(dispatcher);
    assertThat(workers(api)).isEqualTo(names(List.of(lost, staying)));
    for (int i = 1; i <= 10; i++) {
      assertThat(api.run("square", i).getString("result")).isEqualTo(i + " * " + i + " = " + i * i);
    }
    cluster.lose(lost);
    await().atMost(PodCluster.PATIENCE).until(() -> workers(api).equals(names(List.of(staying))));
    Pod instead = cluster.startWorker();
    PodCluster.awaitReady(instead);
    assertThat(workers(api)).isEqualTo(names(List.of(staying, instead)));
    cluster.delete(staying);
    assertThat(api.run("echo", "here").getString("worker")).isEqualTo(instead.name);
    well = true;
  }

  @Test
  void workersComeAndGoUnderLoad() throws Exception {
    Pod dispatcher = cluster.startDispatcher();
    List<Pod> workers = new ArrayList<>(List.of(cluster.startWorker()));
    PodCluster.awaitReady(dispatcher, workers.get(0));
    RecordingClient load = load(dispatcher);
    try (ProbedPod probed = new ProbedPod(dispatcher)) {
      comeAndGo(workers, cluster.api(dispatcher));
      assertThat(probed.outs()).as("how often the dispatcher was not ready").isZero();
    }
    Verdict verdict = finish(load, dispatcher);
    assertThat(verdict.fine()).as("seed %d: %s", seed, verdict).isTrue();
    assertThat(verdict.counted().unanswered()).isZero();
    assertThat(recording.events()).noneMatch(Event.Refused.class::isInstance);
    assertThat(ranBy()).as("each of them has run some").hasSize(MOST_WORKERS + 2);
    assertThat(lostAttempts()).as("seed %d", seed).isEmpty();
    well = true;
  }

  private void comeAndGo(List<Pod> workers, HttpApi api) throws Exception {
    while (workers.size() < MOST_WORKERS) {
      workers.add(cluster.startWorker());
    }
    PodCluster.awaitReady(workers.toArray(Pod[]::new));
    awaitWork();
    assertThat(workers(api)).isEqualTo(names(workers));
    deleteAll(workers.subList(2, workers.size()));
    awaitWork();
    // A new one is ready before an old one is told to end.
    for (int i = 0; i < 2; i++) {
      Pod next = cluster.startWorker();
      PodCluster.awaitReady(next);
      deleteAll(workers.subList(0, 1));
      workers.add(next);
    }
    deleteAll(workers.subList(0, 1));
    awaitWork();
  }

  @Test
  void aDispatcherIsReplacedUnderLoad() throws Exception {
    Pod dispatcher = cluster.startDispatcher();
    Pod worker = cluster.startWorker();
    PodCluster.awaitReady(dispatcher, worker);
    RecordingClient load = load(dispatcher);
    cluster.delete(dispatcher);
    await().atMost(PodCluster.PATIENCE).until(() -> !worker.isReady());
    Pod next = cluster.startDispatcher();
    PodCluster.awaitReady(next, worker);
    assertThat(next.address).isNotEqualTo(dispatcher.address);
    awaitWork();
    Verdict verdict = finish(load, next);
    assertThat(verdict.fine()).as("seed %d: %s", seed, verdict).isTrue();
    assertThat(lostAttempts()).as("seed %d", seed).isEmpty();
    well = true;
  }

  @Test
  void aNodeWithAWrongServiceNameIsNotReadyAndSaysWhy() throws Exception {
    String wrong = "errand-typo";
    Pod dispatcher = cluster.startLostDispatcher(wrong);
    Pod worker = cluster.startLostWorker(wrong);
    await()
        .atMost(PodCluster.PATIENCE)
        .until(() -> dispatcher.says("'" + wrong + "' does not list this node's address"));
    await()
        .atMost(PodCluster.PATIENCE)
        .until(() -> worker.says("of which DNS does not know " + wrong));
    await().atMost(PodCluster.PATIENCE).until(() -> dispatcher.says(" dispatcher of cluster '"));
    assertThat(dispatcher.isReady()).isFalse();
    assertThat(worker.isReady()).isFalse();
    assertThat(
            cluster.api(dispatcher).get("/api/v1/stats").json().getJsonObject("verdict").encode())
        .contains("discovery-wrong", wrong);
    well = true;
  }

  private RecordingClient load(Pod dispatcher) throws Exception {
    RecordingClient load =
        new RecordingClient(
            cluster.client(dispatcher),
            recording,
            new Orders(seed, PodCluster.NOTES.resolve("ran")),
            AT_ONCE);
    awaitWork();
    return load;
  }

  /** It goes on: tasks end that were not ended before. */
  private void awaitWork() {
    int before = recording.ends();
    await().atMost(PodCluster.PATIENCE).until(() -> recording.ends() > before + 5 * AT_ONCE);
  }

  /** And takes them from the list. */
  private void deleteAll(List<Pod> pods) throws Exception {
    pods.forEach(Pod::end);
    for (Pod pod : pods) {
      cluster.delete(pod);
    }
    pods.clear();
  }

  private Verdict finish(RecordingClient load, Pod dispatcher) throws Exception {
    Audit audit = new Audit(recording, cluster.api(dispatcher)::books);
    audit.finish(load, folder.resolve("notes/ran"));
    return audit.verdict(seed);
  }

  private List<Task> ended() {
    return recording.events().stream()
        .filter(Event.Ended.class::isInstance)
        .map(event -> ((Event.Ended) event).task())
        .toList();
  }

  private List<String> ranBy() {
    return ended().stream()
        .map(Task::worker)
        .filter(worker -> worker != null)
        .distinct()
        .collect(Collectors.toList());
  }

  /** Nobody was lost, so no task may have failed of that. */
  private List<Task> lostAttempts() {
    return ended().stream()
        .filter(task -> task.state() == TaskState.FAILED)
        .filter(task -> task.error().kind().text().matches("worker-lost|poison"))
        .toList();
  }
}
