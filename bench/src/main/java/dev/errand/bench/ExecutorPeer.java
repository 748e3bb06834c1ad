package dev.errand.bench;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.core.ExecutionCallback;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.IExecutorService;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Hazelcast's executor between two members, without TLS: one submits, the other runs. */
final class ExecutorPeer {

  private static final String RUNS = "runs";
  private static final String SUBMITS = "submits";

  private ExecutorPeer() {}

  /** What is sent to the other member. */
  private record Job(String payload) implements Callable<String>, Serializable {
    @Override
    public String call() {
      return Payload.work(payload);
    }
  }

  /**
   * Starts both.
   *
   * @param options more, of both JVMs
   */
  static Stage start(Path parent, String... options) throws Exception {
    return Stage.filled(new Stage(parent), stage -> fill(stage, List.of(options)));
  }

  private static void fill(Stage stage, List<String> options) throws Exception {
    String port = "" + Stage.freePort();
    stage.startAndAwait(RUNS, process(options, port, RUNS), WorkLoop.READY);
    stage.startClient(process(options, port, SUBMITS));
  }

  private static ProcessBuilder process(List<String> options, String port, String part) {
    return ChildJvm.builder(ExecutorPeer.class, Stage.HEAP, options, port, part);
  }

  /** Takes the port of the member that runs, and which of the two this is. */
  public static void main(String[] args) throws IOException {
    // What Hazelcast says before it has read its configuration.
    System.setProperty("hazelcast.logging.type", "slf4j");
    boolean submits = args[1].equals(SUBMITS);
    HazelcastInstance instance =
        Hazelcast.newHazelcastInstance(config(Integer.parseInt(args[0]), submits));
    if (submits) {
      Member other =
          instance.getCluster().getMembers().stream()
              .filter(member -> !member.localMember())
              .findFirst()
              .orElseThrow();
      IExecutorService executor = instance.getExecutorService("bench");
      WorkLoop.answer(work -> run(executor, other, work));
    } else {
      WorkLoop.serve();
    }
    instance.getLifecycleService().terminate();
    System.exit(0);
  }

  private static Config config(int port, boolean submits) {
    Config config = new Config("errand-bench");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.getNetworkConfig().setPort(submits ? 0 : port).setPortAutoIncrement(false);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    config
        .getNetworkConfig()
        .getJoin()
        .getTcpIpConfig()
        .setEnabled(true)
        .addMember("127.0.0.1:" + port);
    return config;
  }

  private static Future<Tally> run(IExecutorService executor, Member other, Work work) {
    return TaskStream.run(
        work,
        new TaskStream.Calls<Payload.Sample, String>(
            work.payload().samples(),
            sample -> submit(executor, other, sample),
            (sample, result) -> result.equals(sample.result())));
  }

  private static Future<String> submit(
      IExecutorService executor, Member other, Payload.Sample sample) {
    Promise<String> ended = Promise.promise();
    executor.submitToMember(
        new Job(sample.payload()),
        other,
        new ExecutionCallback<>() {
          @Override
          public void onResponse(String result) {
            ended.complete(result);
          }

          @Override
          public void onFailure(Throwable why) {
            ended.fail(why);
          }
        });
    return ended.future();
  }
}
