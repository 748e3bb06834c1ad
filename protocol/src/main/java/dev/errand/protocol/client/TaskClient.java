package dev.errand.protocol.client;

import dev.errand.protocol.Addresses;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskJson;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.bus.BusPort;
import dev.errand.protocol.frame.Header;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Submits tasks from any verticle of the cluster and gets their ends. Many calls at once are cheap:
 * what gathers in one turn of the event loop leaves in one frame. While there is no dispatcher,
 * calls wait for one; put {@code timeout} on their futures to wait no longer than you like.
 *
 * <p>All methods may be called from any thread; futures complete on the context that made the
 * client.
 */
public final class TaskClient {

  private static final int TICK_MILLIS = 100;

  /** The status of HTTP, which failures on the bus have as their code. */
  private static final int NOT_FOUND = 404;

  private final Vertx vertx;
  private final Context context;
  private final ClientCore core;
  private final BusPort port;
  private final long timer;
  private final Queue<Runnable> turns = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean turning = new AtomicBoolean();

  private TaskClient(Vertx vertx, String cluster, String nodeId) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    long incarnation = new SecureRandom().nextLong() >>> 1;
    this.port = new BusPort(vertx, nodeId, incarnation, this::turn, () -> core().link());
    this.core = new ClientCore(Header.cluster(cluster), incarnation, nodeId, port);
    this.timer =
        vertx.setPeriodic(1, TICK_MILLIS, id -> turn(() -> core.link().tick(System.nanoTime())));
  }

  /**
   * A client on a node of the cluster; its futures complete on the caller's context.
   *
   * @param vertx the clustered Vert.x
   * @param cluster the cluster's name, as in {@code cluster.name}
   * @param nodeId of that Vert.x in the cluster
   * @return when the bus knows where to find it
   */
  public static Future<TaskClient> create(Vertx vertx, String cluster, String nodeId) {
    TaskClient client = new TaskClient(vertx, cluster, nodeId);
    return client.port.opened().map(client);
  }

  /**
   * Submits a task.
   *
   * @return the task as it was accepted. Where its key or its line was submitted before: the task
   *     that is there, as it stands. Fails with {@link SubmissionException} if it is refused; and
   *     if the task that is there can't be shown, with {@link TaskLostException} or like {@link
   *     #get} (to submit it again does no harm)
   */
  public Future<Task> submit(TaskRequest request) {
    return submit(new Accepting(Objects.requireNonNull(request)));
  }

  /**
   * Submits many tasks.
   *
   * @return the tasks as they were accepted, in order; fails with the first refusal (the others are
   *     accepted all the same: submit one by one to know which)
   */
  public Future<List<Task>> submitAll(List<TaskRequest> requests) {
    List<Future<Task>> all = new ArrayList<>(requests.size());
    requests.forEach(request -> all.add(submit(request)));
    return Future.join(all).map(done -> done.list());
  }

  /**
   * Submits a task and waits for its result.
   *
   * @param resultClass such as {@code String}, {@code Integer}, {@code JsonObject}
   * @return the result; fails with {@link SubmissionException}, {@link TaskFailedException}, {@link
   *     TaskLostException} or {@link io.vertx.core.json.DecodeException}
   */
  public <T> Future<T> call(String type, Object payload, Class<T> resultClass) {
    return run(TaskRequest.of(type, payload)).map(task -> task.resultAs(resultClass));
  }

  /**
   * Submits a task and waits for its success.
   *
   * @return the succeeded task, without its payload; fails like {@link #call}
   */
  public Future<Task> run(TaskRequest request) {
    return submit(new Running(Objects.requireNonNull(request)));
  }

  private Future<Task> submit(Call call) {
    if (isOnLoop() && core.takes()) {
      core.submit(call);
      endTurn();
    } else {
      turn(() -> core.submit(call));
    }
    return call.future();
  }

  /**
   * Waits for the end of a task, whoever submitted it.
   *
   * @param patience how long; the task goes on when it is over
   * @return the task as it ended, whatever the end, without its payload; fails with {@link
   *     TimeoutException} or {@link TaskLostException}
   */
  public Future<Task> await(String id, Duration patience) {
    long number = TaskId.parse(id);
    if (number < 0) {
      return noId(id);
    }
    // A patience beyond what a long can hold is as good as for ever.
    long millis = Math.max(1, TimeUnit.MILLISECONDS.convert(patience));
    Awaiting watcher = new Awaiting();
    turn(() -> core.watch(number, watcher));
    long over =
        vertx.setTimer(
            millis,
            timerId -> {
              turn(() -> core.forget(number, watcher));
              watcher.fail(
                  new TimeoutException("task " + id + " has not ended within " + patience));
            });
    return watcher.future().onComplete(any -> vertx.cancelTimer(over));
  }

  /**
   * The task as it stands.
   *
   * @return null if the dispatcher knows no such task; fails with {@link TaskLostException} if that
   *     is no id, with {@link ReplyException} if no dispatcher answers within 5 s
   */
  public Future<Task> get(String id) {
    return ask(Addresses.TASKS_GET, id).recover(TaskClient::none);
  }

  private static Future<Task> none(Throwable failure) {
    return failure instanceof ReplyException refused && refused.failureCode() == NOT_FOUND
        ? Future.succeededFuture()
        : Future.failedFuture(failure);
  }

  /**
   * Ends a task that has not ended; its handler is told to stop.
   *
   * @return the task as it ended; fails with {@link ReplyException}, whose failure code is 404 if
   *     there is no such task, 409 if it has ended, -1 if no dispatcher answers within 5 s; with
   *     {@link TaskLostException} if that is no id
   */
  public Future<Task> cancel(String id) {
    return ask(Addresses.TASKS_CANCEL, id);
  }

  /**
   * Tries a task that has ended again, with fresh attempts and a fresh expiry.
   *
   * @return the task as it waits; fails like {@link #cancel}, with 409 if it has not ended
   */
  public Future<Task> retry(String id) {
    return ask(Addresses.TASKS_RETRY, id);
  }

  private Future<Task> ask(String address, String id) {
    if (TaskId.parse(id) < 0) {
      return noId(id);
    }
    return vertx
        .eventBus()
        .<JsonObject>request(
            address,
            new JsonObject().put("id", id),
            new DeliveryOptions().setSendTimeout(TimeUnit.SECONDS.toMillis(5)))
        .map(reply -> TaskJson.decode(reply.body()));
  }

  private static Future<Task> noId(String id) {
    return Future.failedFuture(
        new TaskLostException("no task '" + id + "': that is not the form of a task's id"));
  }

  /** Leaves; what is still open fails. */
  public Future<Void> close() {
    vertx.cancelTimer(timer);
    Promise<Void> closed = Promise.promise();
    turn(
        () -> {
          core.close();
          closed.complete();
        });
    return closed.future().onComplete(any -> port.close());
  }

  private ClientCore core() {
    return core;
  }

  /** Runs it on the client's context, with others that gather, and one flush behind them all. */
  private void turn(Runnable step) {
    turns.add(step);
    endTurn();
  }

  /** What the context runs as blocking is on it, too, but beside its event loop. */
  private boolean isOnLoop() {
    return Vertx.currentContext() == context && Context.isOnEventLoopThread();
  }

  private void endTurn() {
    if (turning.compareAndSet(false, true)) {
      context.runOnContext(any -> runTurns());
    }
  }

  private void runTurns() {
    turning.set(false);
    for (Runnable next = turns.poll(); next != null; next = turns.poll()) {
      next.run();
    }
    core.flush();
  }

  /** A call and its future. What the future's listeners throw is nothing to the calls beside it. */
  private abstract class Call extends Submission {
    private final Promise<Task> promise = Promise.promise();

    Call(TaskRequest request, boolean watched) {
      super(request, watched);
    }

    final Future<Task> future() {
      return promise.future();
    }

    final void complete(Task task) {
      try {
        promise.tryComplete(task);
      } catch (RuntimeException e) {
        report(e);
      }
    }

    final void fail(Throwable why) {
      try {
        promise.tryFail(why);
      } catch (RuntimeException e) {
        report(e);
      }
    }

    @Override
    final void failed(RuntimeException why) {
      fail(why);
    }

    /** Thrown again in a turn of its own, where Vert.x reports it like that of any handler. */
    private void report(RuntimeException thrown) {
      context.runOnContext(
          any -> {
            throw thrown;
          });
    }
  }

  private final class Accepting extends Call {
    Accepting(TaskRequest request) {
      super(request, false);
    }

    @Override
    void accepted(long id, boolean known) {
      if (known) {
        get(TaskId.text(id)).onComplete(task -> show(id, task), this::fail);
      } else {
        complete(begun(id));
      }
    }

    private void show(long id, Task known) {
      if (known != null) {
        complete(known);
        return;
      }
      fail(
          new TaskLostException(
              "task "
                  + TaskId.text(id)
                  + ", which was there before, has just been removed after its retention: submit it"
                  + " again"));
    }

    private Task begun(long id) {
      return new Task(
          TaskId.text(id),
          request.type(),
          request.terms().delay() == 0 ? TaskState.QUEUED : TaskState.SCHEDULED,
          request.payload(),
          null,
          null,
          new Task.Attempts(0, request.terms().maxAttempts(), null),
          new Task.Times(TaskId.millis(id), 0, 0),
          request.terms().priority(),
          request.batch() == null ? null : request.batch().batch(),
          null,
          null);
    }

    @Override
    void ended(Task task) {
      throw new IllegalStateException("not watched");
    }
  }

  private final class Running extends Call {
    Running(TaskRequest request) {
      super(request, true);
    }

    @Override
    void accepted(long id, boolean known) {
      // Its end is what counts.
    }

    @Override
    void ended(Task task) {
      if (task.state() == TaskState.SUCCEEDED) {
        complete(task);
      } else {
        fail(new TaskFailedException(task));
      }
    }
  }

  private final class Awaiting extends Call {
    Awaiting() {
      super(null, true);
    }

    @Override
    void accepted(long id, boolean known) {
      throw new IllegalStateException("not submitted here");
    }

    @Override
    void ended(Task task) {
      complete(task);
    }
  }
}
