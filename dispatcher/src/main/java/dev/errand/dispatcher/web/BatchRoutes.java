package dev.errand.dispatcher.web;

import dev.errand.config.settings.Role;
import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.api.FieldText;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import dev.errand.dispatcher.api.TaskReader;
import dev.errand.dispatcher.core.BatchView;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.store.TaskQuery;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.JsonBytes;
import dev.errand.protocol.TaskId;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.util.List;

/** Tasks that are submitted and counted together: {@code /api/v1/batches}. */
final class BatchRoutes implements Routes {

  /** Where batches are. */
  static final String PATH = "/api/v1/batches";

  private static final int AT_ONCE = 200;
  private static final long ID_RANDOM = 1L << 40;
  private static final int RADIX = 36;

  private final Dispatch dispatch;
  private final Actions actions;
  private final Connections connections;
  private final TaskReader reader;
  private final ByteRoom lines;
  private final ByteRoom results;
  private final OpenUploads uploads = new OpenUploads();
  private final ByteRoom room = new ByteRoom(AtomicUpload.MOST_ROOM);
  private final SecureRandom random = new SecureRandom();

  /**
   * Those of that dispatcher.
   *
   * @param lines room for what has come of them
   * @param results room for what is read and not sent yet, at least {@link ResultStream#most}
   */
  BatchRoutes(
      Dispatch dispatch,
      Connections connections,
      ByteRoom lines,
      ByteRoom results,
      Actions actions) {
    this.dispatch = dispatch;
    this.lines = lines;
    this.results = results;
    this.connections = connections;
    this.actions = actions;
    this.reader = new TaskReader(dispatch.mostPayload());
  }

  @Override
  public void mount(Router router, Access access) {
    router
        .post(PATH)
        .handler(access.allow(Role.SUBMIT))
        .handler(Bodies.only(Bodies.LINES))
        .handler(request -> upload(request, freshId()));
    router
        .put(PATH + "/:id")
        .handler(access.allow(Role.SUBMIT))
        .handler(Bodies.only(Bodies.LINES))
        .handler(request -> upload(request, request.pathParam("id")));
    router.get(PATH + "/:id").handler(access.allow(Role.READ)).handler(this::get);
    router.get(PATH + "/:id/results").handler(access.allow(Role.READ)).handler(this::results);
    router.post(PATH + "/:id/cancel").handler(access.allow(Role.SUBMIT)).handler(this::cancel);
  }

  /** They sort by time, and nobody hits on one by chance. */
  private String freshId() {
    long time = TaskId.next(0, System.currentTimeMillis());
    return TaskId.text(time) + "-" + Long.toString(random.nextLong(ID_RANDOM), RADIX);
  }

  private void upload(RoutingContext request, String batch) {
    Query query = new Query(request, "atomic");
    boolean atomic = query.flag("atomic");
    if (!BatchPlace.ID_PATTERN.matcher(batch).matches()) {
      query.wrong("id", FieldText.BATCH);
    }
    query.check();
    uploads.begin(batch);
    request.addEndHandler(any -> uploads.end(batch));
    Upload upload =
        atomic
            ? new AtomicUpload(request, batch, reader, dispatch, lines, room)
            : new EachUpload(request, batch, reader, dispatch, lines, connections);
    upload.begin();
  }

  /** Throws a {@link Problem} if there is no such batch; an upload may be its begin. */
  private String known(RoutingContext request) {
    String batch = request.pathParam("id");
    if (dispatch.batch(batch) == null && !uploads.has(batch)) {
      throw new Problem(
          ProblemType.NOT_FOUND, "there is no batch of that id, or none of its tasks is kept");
    }
    return batch;
  }

  private void get(RoutingContext request) {
    new Query(request).check();
    String batch = known(request);
    BatchView view = dispatch.batch(batch);
    TaskAnswers.json(request, view == null ? text(batch, EMPTY, true) : text(view));
  }

  private static final Ledger EMPTY = new Ledger(0, 0, 0, 0, 0, 0, 0);

  private static byte[] text(BatchView view) {
    return text(view.id(), view.ledger(), view.live());
  }

  private static byte[] text(String batch, Ledger ledger, boolean live) {
    return new JsonBytes(256)
        .beginObject()
        .field("id", batch)
        .name("live")
        .flag(live)
        .field("submitted", ledger.submitted())
        .field("scheduled", ledger.scheduled())
        .field("queued", ledger.queued())
        .field("running", ledger.running())
        .field("succeeded", ledger.succeeded())
        .field("failed", ledger.failed())
        .field("cancelled", ledger.cancelled())
        .endObject()
        .toArray();
  }

  private void results(RoutingContext request) {
    Query query = new Query(request, "order");
    String order = query.text("order");
    if (order != null && !List.of("end", "line").contains(order)) {
      query.wrong("order", "must be one of end, line");
    }
    query.check();
    String batch = known(request);
    ResultStream stream =
        "line".equals(order)
            ? new ResultsByLine(request, dispatch, batch, uploads, results)
            : new ResultsByEnd(request, dispatch, batch, uploads, results);
    stream.begin();
  }

  private void cancel(RoutingContext request) {
    new Query(request).check();
    String batch = known(request);
    dispatch
        .cancelAll(TaskQuery.newest(AT_ONCE).ofBatch(batch))
        .onComplete(
            count -> {
              actions.done(request, "cancel", Actions.tasks(count) + " of batch " + batch);
              TaskAnswers.count(request, count);
            },
            request::fail);
  }
}
