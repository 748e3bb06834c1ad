package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import dev.errand.config.security.NodeTls;
import dev.errand.config.security.PemFiles;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster on certificates of its own PKI admits the names that are listed, and no other. */
class OwnCertificatesIT {

  private static final List<String> ALLOW = List.of("dispatcher.test", "worker.test");

  @TempDir Path folder;
  private OwnCertificates certificates;

  @BeforeEach
  void certify() throws Exception {
    certificates = new OwnCertificates(folder);
    for (String name : List.of("dispatcher.test", "worker.test", "printer.test")) {
      certificates.certify(name);
    }
  }

  private JsonObject as(String name, JsonObject conf) {
    conf.getJsonObject("cluster").remove("authKeyFile");
    conf.getJsonObject("cluster")
        .put(
            "tls",
            new JsonObject()
                .put("ca", certificates.ca().toString())
                .put("cert", certificates.certificate(name).toString())
                .put("key", certificates.key(name).toString())
                .put("allow", new JsonArray(allow(name))));
    return conf;
  }

  /** Each admits itself, or would not start. */
  private static List<String> allow(String name) {
    return Stream.concat(ALLOW.stream(), Stream.of(name)).distinct().toList();
  }

  private PemFiles pem(String name) {
    return PemFiles.read(
        new PemFiles.Paths(
            certificates.ca().toString(),
            certificates.certificate(name).toString(),
            certificates.key(name).toString()),
        allow(name));
  }

  @Test
  void admittedNamesDoTheMainJob() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher(as("dispatcher.test", cluster.dispatcherConf()));
      cluster.worker("worker", as("worker.test", cluster.workerConf("worker")));
      assertThat(get(cluster.client(pem("worker.test")).call("square", 12, String.class)))
          .isEqualTo("12 * 12 = 144");
    }
  }

  @Test
  void aNodeThatWouldNotAdmitItselfDoesNotStart() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf = as("printer.test", cluster.workerConf("printer"));
      conf.getJsonObject("cluster").getJsonObject("tls").put("allow", new JsonArray(ALLOW));
      NodeProcess worker = cluster.startWorker("printer", conf);
      assertThat(worker.awaitEnd(30)).isEqualTo(2);
      assertThat(worker.log())
          .containsExactly(
              "errand: cluster.tls.cert would not be admitted by this node itself, with ca and"
                  + " allow: no name of the certificate is in cluster.tls.allow");
    }
  }

  @Test
  void anotherNameOfTheSameAuthorityIsRefusedAtBothPorts() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      NodeProcess dispatcher = cluster.dispatcher(as("dispatcher.test", cluster.dispatcherConf()));
      Stranger printer =
          new Stranger(
              new NodeTls(pem("printer.test").identity("", "")),
              new NodeTls(pem("worker.test").identity("", "")));
      for (int port : new int[] {cluster.memberPort, cluster.busPort}) {
        assertThat(printer.isThrownOut(Stranger.Knock.FOREIGN_CERTIFICATE, port)).isTrue();
        assertThat(printer.isThrownOut(Stranger.Knock.NO_CERTIFICATE, port)).isTrue();
        assertThat(printer.isAdmittedWithTheKey(port)).isTrue();
      }
      for (String port : List.of("membership", "bus")) {
        await()
            .untilAsserted(
                () ->
                    assertThat(dispatcher.log())
                        .anyMatch(
                            line ->
                                line.contains(port + ": refused 127.0.0.1")
                                    && line.contains("no name of its certificate")));
      }
      for (int knock = 0; knock < 100; knock++) {
        printer.isThrownOut(Stranger.Knock.FOREIGN_CERTIFICATE, cluster.memberPort);
      }
      assertThat(dispatcher.log()).noneMatch(line -> line.contains("it left before"));
      NodeProcess worker =
          cluster.startWorker("printer", as("printer.test", cluster.workerConf("printer")));
      assertThat(worker.awaitEnd(30)).isEqualTo(3);
    }
  }
}
