package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the queue full, submissions are told to come back, and nothing else suffers. */
class HttpOverloadIT {

  private static final int MOST_QUEUED = 1_000;
  private static final int PUSHING = 8;
  private static final int ROUNDS = 20;

  /** Ten times what is meant, for the sake of slow machines that do other things. */
  private static final long MOST_MILLIS = 1_000;

  private static final List<String> OTHERS =
      List.of(
          "/livez",
          "/readyz",
          "/metrics",
          "/openapi.yaml",
          "/api/v1/stats",
          "/api/v1/stats?type=nobodys",
          "/api/v1/types",
          "/api/v1/workers",
          "/api/v1/tasks",
          "/api/v1/tasks?state=queued&limit=500",
          "/api/v1/batches/full",
          "/api/v1/session");

  private static final JsonObject TASK =
      new JsonObject().put("type", "nobodys").put("payload", 7).put("batch", "full");

  @TempDir Path folder;

  @Test
  void submissionsAreToldToComeBackAndAllElseGoesOnAnswering() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf = HttpApi.withTokens(cluster.dispatcherConf());
      cluster.dispatcher(conf.put("limits", new JsonObject().put("queued", MOST_QUEUED)));
      HttpApi api = new HttpApi(cluster.port(), HttpApi.ADMIN);
      for (int i = 0; i < MOST_QUEUED; i++) {
        api.submit(TASK);
      }
      ExecutorService pushing = Executors.newFixedThreadPool(PUSHING);
      AtomicBoolean over = new AtomicBoolean();
      try {
        List<Future<Integer>> refused = new ArrayList<>();
        for (int i = 0; i < PUSHING; i++) {
          refused.add(pushing.submit(push(api, over)));
        }
        Slowest slowest = slowest(api);
        over.set(true);
        int count = 0;
        for (Future<Integer> each : refused) {
          count += each.get(30, TimeUnit.SECONDS);
        }
        System.out.println(
            "the queue is full: the slowest of "
                + (ROUNDS - 1) * OTHERS.size()
                + " other answers, "
                + slowest.target()
                + ", took "
                + slowest.millis()
                + " ms while "
                + count
                + " submissions were refused");
        assertThat(count).isPositive();
        assertThat(slowest.millis()).as(slowest.target()).isLessThan(MOST_MILLIS);
      } finally {
        over.set(true);
        pushing.shutdownNow();
      }
      JsonObject room = api.post("/api/v1/tasks/cancel?type=nobodys").json();
      assertThat(room.getInteger("count")).isEqualTo(MOST_QUEUED);
      api.submit(TASK);
    }
  }

  private static Callable<Integer> push(HttpApi api, AtomicBoolean over) {
    return () -> {
      int count = 0;
      while (!over.get()) {
        HttpAnswer answer = api.json("POST", "/api/v1/tasks", TASK);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(Integer.parseInt(answer.headers().get("retry-after"))).isPositive();
        count++;
      }
      return count;
    };
  }

  private record Slowest(String target, long millis) {}

  private static Slowest slowest(HttpApi api) throws IOException {
    Slowest slowest = new Slowest("", -1);
    for (int round = 0; round < ROUNDS; round++) {
      for (String target : OTHERS) {
        long begin = System.nanoTime();
        assertThat(api.get(target).status()).as(target).isEqualTo(200);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        // In the first round it still loads its classes.
        if (round > 0 && millis > slowest.millis()) {
          slowest = new Slowest(target, millis);
        }
      }
    }
    return slowest;
  }
}
