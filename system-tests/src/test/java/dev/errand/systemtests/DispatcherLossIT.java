package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.client.TaskClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dispatcher that starts anew interrupts nothing that workers run. */
class DispatcherLossIT {

  private static final int SUBMITTERS = 3;

  @TempDir Path folder;

  @Test
  void whatRunsWhileADispatcherIsKilledRunsOnce() throws Exception {
    runsOnce("KILL");
  }

  @Test
  void whatRunsWhileADispatcherIsStoppedRunsOnce() throws Exception {
    runsOnce("TERM");
  }

  private void runsOnce(String signal) throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf = cluster.dispatcherConf().put("store", cluster.diskStore("store"));
      NodeProcess dispatcher = cluster.dispatcher(conf);
      cluster.worker("worker");
      TaskClient client = cluster.client();
      Task task = get(client.submit(TaskRequest.of("sleep", "15s").withMaxAttempts(1)));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> cluster.task(task.id()).state() == TaskState.RUNNING);
      ProcessCluster.signal(dispatcher, signal);
      dispatcher.awaitEnd(20);
      long gone = System.nanoTime();
      // Three heartbeats are missed, and a fourth.
      await().atMost(Duration.ofSeconds(30)).until(() -> System.nanoTime() - gone > 4e9);
      cluster.dispatcher(conf);
      Task ended = get(client.await(task.id(), Duration.ofSeconds(40)));
      assertThat(ended.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(ended.attempt()).isEqualTo(1);
    }
  }

  @Test
  void aDispatcherThatIsStoppedRefusesWhatIsNewAndHasWhatItTook() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf = cluster.dispatcherConf().put("store", cluster.diskStore("store"));
      NodeProcess dispatcher = cluster.dispatcher(conf);
      List<Submitter> submitters = new ArrayList<>();
      for (int i = 0; i < SUBMITTERS; i++) {
        submitters.add(new Submitter(cluster.port()));
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> submitters.stream().allMatch(each -> each.taken.size() > 20));
      dispatcher.end();
      assertThat(dispatcher.awaitEnd(30)).isZero();
      List<String> taken = new ArrayList<>();
      int refused = 0;
      for (Submitter each : submitters) {
        each.join();
        assertThat(each.others).isEmpty();
        taken.addAll(each.taken);
        refused += each.refused;
      }
      System.out.println(taken.size() + " were taken, and " + refused + " told to come back");
      cluster.dispatcher(conf);
      HttpApi api = new HttpApi(cluster.port(), null);
      assertThat(api.books().queued()).isGreaterThanOrEqualTo(taken.size());
      for (String id : taken) {
        assertThat(api.get("/api/v1/tasks/" + id).json().getString("state")).isEqualTo("queued");
      }
    }
  }

  /** Submits one task after the other over one connection, as long as there is one. */
  private static final class Submitter extends Thread {

    final List<String> taken = new CopyOnWriteArrayList<>();
    final List<String> others = new CopyOnWriteArrayList<>();
    int refused;
    private final HttpRequest request;

    Submitter(int port) {
      request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/tasks"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{\"type\": \"nobodys\", \"payload\": 1}"))
              .build();
      start();
    }

    @Override
    public void run() {
      HttpClient http = HttpClient.newHttpClient();
      try {
        while (true) {
          HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
          if (answer.statusCode() == 202) {
            taken.add(new JsonObject(answer.body()).getString("id"));
          } else if (answer.statusCode() == 503
              && answer.headers().firstValue("Retry-After").isPresent()) {
            refused++;
          } else {
            others.add(answer.statusCode() + " " + answer.body());
          }
        }
      } catch (IOException e) {
        // The dispatcher is gone.
      } catch (InterruptedException e) {
        others.add(e.toString());
      }
    }
  }
}
