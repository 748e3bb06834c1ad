package dev.errand.dispatcher.web;

import dev.errand.config.settings.Role;
import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.TaskReader;
import dev.errand.dispatcher.store.TaskQuery;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** Tasks, one by one: {@code /api/v1/tasks}. */
final class TaskRoutes implements Routes {

  /** What a request may have around its payload, in bytes. */
  static final int AROUND_PAYLOAD = 64 << 10;

  private static final String KEY = "Idempotency-Key";

  /** So many tasks are cancelled or tried again in one go. */
  private static final int AT_ONCE = 200;

  private static final List<TaskState> LIVE =
      List.of(TaskState.SCHEDULED, TaskState.QUEUED, TaskState.RUNNING);
  private static final List<TaskState> ENDED =
      List.of(TaskState.FAILED, TaskState.CANCELLED, TaskState.SUCCEEDED);

  private final Dispatch dispatch;
  private final Actions actions;
  private final TaskReader reader;
  private final ByteRoom bodies;
  private final TaskAnswers answers;
  private final long usualWait;

  /**
   * Those of that dispatcher.
   *
   * @param usualWait of callers who do not say how long they wait
   * @param bodies room for what has come of them
   */
  TaskRoutes(
      Dispatch dispatch,
      Duration usualWait,
      ByteRoom bodies,
      LargeAnswers answers,
      Actions actions) {
    this.dispatch = dispatch;
    this.bodies = bodies;
    this.answers = new TaskAnswers(answers);
    this.usualWait = usualWait.toMillis();
    this.actions = actions;
    this.reader = new TaskReader(dispatch.mostPayload());
  }

  @Override
  public void mount(Router router, Access access) {
    int most = dispatch.mostPayload() + AROUND_PAYLOAD;
    router
        .post(TaskAnswers.PATH)
        .handler(access.allow(Role.SUBMIT))
        .handler(Bodies.json(most, bodies))
        .handler(this::submit);
    router.get(TaskAnswers.PATH).handler(access.allow(Role.READ)).handler(this::list);
    router.get(TaskAnswers.PATH + "/:id").handler(access.allow(Role.READ)).handler(this::get);
    router
        .get(TaskAnswers.PATH + "/:id/history")
        .handler(access.allow(Role.READ))
        .handler(this::history);
    router
        .post(TaskAnswers.PATH + "/cancel")
        .handler(access.allow(Role.SUBMIT))
        .handler(this::cancelAll);
    router
        .post(TaskAnswers.PATH + "/retry")
        .handler(access.allow(Role.SUBMIT))
        .handler(this::retryAll);
    router
        .post(TaskAnswers.PATH + "/:id/cancel")
        .handler(access.allow(Role.SUBMIT))
        .handler(request -> command(request, "cancel", dispatch::cancel));
    router
        .post(TaskAnswers.PATH + "/:id/retry")
        .handler(access.allow(Role.SUBMIT))
        .handler(request -> command(request, "retry", dispatch::retry));
  }

  private void submit(RoutingContext request) {
    Query query = new Query(request, "wait");
    long wait = query.wait("wait", usualWait);
    String key = key(request, query);
    TaskRequest task =
        withKey(reader.read(Bytes.of(JsonBody.take(request).getBytes()), query.wrong()), key);
    dispatch
        .submit(task)
        .compose(taken -> TaskAnswers.await(request, dispatch, taken.id(), wait))
        .onComplete(found -> answers.submitted(request, found), request::fail);
  }

  private static String key(RoutingContext request, Query query) {
    String key = request.request().getHeader(KEY);
    if (key == null) {
      return null;
    }
    boolean fine =
        !key.isEmpty()
            && key.length() <= TaskRequest.MAX_KEY
            && key.chars().allMatch(each -> each >= ' ' && each <= '~')
            && request.request().headers().getAll(KEY).size() == 1;
    if (!fine) {
      query.wrong(
          KEY, "must be there once, with 1 to " + TaskRequest.MAX_KEY + " characters of ASCII");
    }
    return key;
  }

  private static TaskRequest withKey(TaskRequest task, String key) {
    if (key == null || key.equals(task.idempotencyKey())) {
      return task;
    }
    if (task.idempotencyKey() != null) {
      throw Problem.invalid(
          List.of(
              new Problem.Field(
                  "idempotencyKey", "differs from the header " + KEY + ": send one of them")));
    }
    return task.withIdempotencyKey(key);
  }

  private void get(RoutingContext request) {
    long id = TaskAnswers.id(request);
    Query query = new Query(request, "wait");
    long wait = query.wait("wait", usualWait);
    query.check();
    TaskAnswers.await(request, dispatch, id, wait)
        .onComplete(task -> answers.task(request, task), request::fail);
  }

  private void history(RoutingContext request) {
    long id = TaskAnswers.id(request);
    new Query(request).check();
    dispatch
        .record(id)
        .compose(task -> TaskAnswers.found(id, task))
        .onComplete(task -> answers.large(request, HistoryText.of(task)), request::fail);
  }

  private void list(RoutingContext request) {
    Query query = new Query(request, "state", "type", "worker", "batch", "limit", "cursor");
    TaskQuery wanted =
        TaskQuery.newest(query.integer("limit", 1, TaskList.MOST, TaskList.USUAL))
            .in(query.state("state", List.of(TaskState.values())))
            .ofType(query.type("type"))
            .ofBatch(query.batch("batch"))
            .after(query.cursor("cursor"));
    String worker = query.worker("worker");
    query.check();
    new TaskList(dispatch, wanted, worker)
        .read()
        .onComplete(text -> answers.large(request, text), request::fail);
  }

  private void command(RoutingContext request, String what, LongFunction<Future<Task>> command) {
    long id = TaskAnswers.id(request);
    new Query(request).check();
    command
        .apply(id)
        .compose(task -> TaskAnswers.found(id, task))
        .onComplete(
            task -> {
              actions.doneTo(request, what, task.id());
              answers.done(request, task);
            },
            request::fail);
  }

  private void cancelAll(RoutingContext request) {
    Query query = new Query(request, "state", "type", "batch");
    if (!query.isThere()) {
      query.wrong(
          "type", "is missing: name a type, a state or a batch, so that nobody cancels all");
    }
    TaskQuery wanted = many(query, LIVE);
    count(request, "cancel", wanted, dispatch.cancelAll(wanted));
  }

  private void retryAll(RoutingContext request) {
    Query query = new Query(request, "state", "type", "batch");
    TaskQuery named = many(query, ENDED);
    TaskQuery wanted = named.state() == null ? named.in(TaskState.FAILED) : named;
    count(request, "retry", wanted, dispatch.retryAll(wanted));
  }

  private static TaskQuery many(Query query, List<TaskState> states) {
    TaskQuery wanted =
        TaskQuery.newest(AT_ONCE)
            .in(query.state("state", states))
            .ofType(query.type("type"))
            .ofBatch(query.batch("batch"));
    query.check();
    return wanted;
  }

  private void count(RoutingContext request, String what, TaskQuery wanted, Future<Long> count) {
    count.onComplete(
        found -> {
          actions.done(request, what, Actions.tasks(found) + words(wanted));
          TaskAnswers.count(request, found);
        },
        request::fail);
  }

  /** What was asked for, in words. */
  private static String words(TaskQuery wanted) {
    List<String> words = new ArrayList<>();
    if (wanted.state() != null) {
      words.add("state " + wanted.state().text());
    }
    if (wanted.type() != null) {
      words.add("type " + wanted.type());
    }
    if (wanted.batch() != null) {
      words.add("batch " + wanted.batch());
    }
    return " of " + String.join(", ", words);
  }
}
