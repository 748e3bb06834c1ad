package dev.errand.systemtests;

import com.microsoft.playwright.BrowserContext;
import dev.errand.command.NodeProcess;
import dev.errand.worker.api.BlockingTaskHandler;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A cluster of real processes, and a browser to look at its page. For the thread that made it. */
final class PageFixture implements AutoCloseable {

  private static final long SECONDS = 60;

  final ProcessCluster cluster;
  final Chrome chrome;
  private final Path workerJar;

  /**
   * A dispatcher with a browser.
   *
   * @param folder of the cluster
   * @param conf of the dispatcher, beside the usual settings
   */
  PageFixture(Path folder, JsonObject conf) throws Exception {
    cluster = new ProcessCluster(folder);
    try {
      workerJar =
          HandlerJar.of(
              cluster.file("refusing.jar"), RefusingHandler.class, BlockingTaskHandler.class);
      cluster.dispatcher(cluster.dispatcherConf().mergeIn(conf, true));
      chrome = new Chrome();
    } catch (Exception | Error e) {
      cluster.close();
      throw e;
    }
  }

  PageFixture(Path folder) throws Exception {
    this(folder, new JsonObject());
  }

  /** Another worker, which has the handler {@code refuse} beside its own. */
  NodeProcess worker(String name) throws Exception {
    return worker(name, cluster.workerConf(name));
  }

  /** The same with other settings. */
  NodeProcess worker(String node, JsonObject conf) throws Exception {
    NodeProcess worker = cluster.startWorker(node, workerJar, conf);
    worker.awaitStart(SECONDS);
    return worker;
  }

  /** The API for whoever may do all. */
  HttpApi api() {
    return new HttpApi(cluster.port(), null);
  }

  String url() {
    return "http://127.0.0.1:" + cluster.port() + "/";
  }

  /** The page for somebody who opens it for the first time; waits for nothing. */
  StatusPage open(Chrome.Look look) {
    return open(chrome.person(look));
  }

  StatusPage open(BrowserContext person) {
    return new StatusPage(person, url());
  }

  /** The page on a desk, when it shows figures. */
  StatusPage live() {
    return open(Chrome.Look.DESK).live();
  }

  /** Workers as the statistics have them. */
  List<JsonObject> workers() throws IOException {
    return api().get("/api/v1/workers").json().getJsonArray("workers").stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  /** The id of the worker of that name. */
  String workerId(String name) throws IOException {
    return workers().stream()
        .filter(each -> each.getString("name").equals(name))
        .map(each -> each.getString("id"))
        .findAny()
        .orElseThrow();
  }

  /** A task as the API shows it. */
  JsonObject task(String id) throws IOException {
    return api().get("/api/v1/tasks/" + id).json();
  }

  /** Submits; the task's id. */
  String submit(String type, Object payload) throws IOException {
    return api().submit(new JsonObject().put("type", type).put("payload", payload)).getString("id");
  }

  @Override
  public void close() {
    try {
      chrome.close();
    } finally {
      cluster.close();
    }
  }
}
