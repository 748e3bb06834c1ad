package dev.errand.command;

import dev.errand.config.cluster.Membership;
import dev.errand.config.cluster.SecureCluster;
import dev.errand.config.launch.ExitCode;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.client.TaskClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Squares random numbers on a cluster of processes, and shows each step. */
@Command(
    name = "demo",
    description = {
      "Starts a dispatcher and workers as processes on this machine with a fresh key, squares"
          + " random numbers, prints each step, and stops everything."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int MAX_NUMBER = 1_000;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      defaultValue = "10",
      description = "how many numbers, 1 to 1000000 (${DEFAULT-VALUE})")
  private int tasks;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description = "how many worker processes, 1 to 50 (${DEFAULT-VALUE})")
  private int workers;

  @Option(names = "--keep", description = "leave it running until Ctrl-C")
  private boolean keep;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final Map<String, Integer> byWorker = new TreeMap<>();
  private PrintWriter out;
  private int right;
  private int wrong;

  @Override
  public Integer call() throws Exception {
    check("--tasks", tasks, 1_000_000);
    check("--workers", workers, 50);
    out = spec.commandLine().getOut();
    Path home = Path.of(System.getProperty("errand.home", "."));
    DemoCluster cluster = new DemoCluster(home);
    Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "errand-demo-end"));
    try {
      say("starting a dispatcher and %s", counted(workers, "worker"));
      cluster.startDispatcher();
      cluster.startWorkers(workers);
      run(cluster);
      if (keep) {
        say("still running at %s; Ctrl-C ends it", cluster.page());
        new CountDownLatch(1).await();
      }
    } finally {
      cluster.close();
    }
    return wrong == 0 && right == tasks ? ExitCode.DONE : ExitCode.FAILED;
  }

  private void check(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), option + " " + value + " must be 1 to " + most);
    }
  }

  private void run(DemoCluster cluster)
      throws InterruptedException, ExecutionException, TimeoutException {
    Vertx vertx = get(SecureCluster.join(cluster.clientSettings(), "client"));
    try {
      Membership membership = Membership.of(vertx);
      TaskClient client =
          get(TaskClient.create(vertx, membership.cluster(), membership.local().nodeId()));
      long begin = System.nanoTime();
      square(client, cluster.broken());
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      byWorker.forEach((worker, count) -> say("%s ran %d", worker, count));
      say(
          "%s, %d right, %d wrong, in %d ms; %s",
          counted(tasks, "task"), right, wrong, millis, cluster.page());
      get(client.close());
    } finally {
      get(vertx.close());
    }
  }

  /** Fails as soon as the cluster is broken: some results would never come. */
  private void square(TaskClient client, CompletableFuture<Void> broken)
      throws InterruptedException, ExecutionException {
    Random random = new Random();
    AtomicInteger left = new AtomicInteger(tasks);
    CompletableFuture<Void> done = new CompletableFuture<>();
    for (int i = 0; i < tasks; i++) {
      int number = 1 + random.nextInt(MAX_NUMBER);
      client
          .submit(TaskRequest.of("square", number))
          .onSuccess(task -> say("added %s: square %d", task.id(), number))
          .compose(task -> client.await(task.id(), PATIENCE))
          .onComplete(
              (task, failure) -> {
                if (failure == null) {
                  ended(number, task);
                } else {
                  failed(number, failure.getMessage());
                }
                if (left.decrementAndGet() == 0) {
                  done.complete(null);
                }
              });
    }
    CompletableFuture.anyOf(done, broken).get();
  }

  private synchronized void ended(int number, Task task) {
    String expected = number + " * " + number + " = " + (long) number * number;
    if (task.state() != TaskState.SUCCEEDED) {
      failed(number, task.error().message());
    } else if (!task.resultAs(String.class).equals(expected)) {
      failed(number, "the result was " + task.result().text());
    } else {
      right++;
      byWorker.merge(task.worker(), 1, Integer::sum);
      say("%s ran %s: %s", task.worker(), task.id(), expected);
    }
  }

  private synchronized void failed(int number, String why) {
    wrong++;
    say("square %d failed: %s", number, why);
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private synchronized void say(String format, Object... values) {
    out.println(String.format(format, values));
    out.flush();
  }

  private static <T> T get(Future<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
