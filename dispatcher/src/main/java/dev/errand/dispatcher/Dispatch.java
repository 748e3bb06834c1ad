package dev.errand.dispatcher;

import dev.errand.dispatcher.core.BatchView;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.Now;
import dev.errand.dispatcher.core.Refusal;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.Taken;
import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.dispatcher.core.WorkerChange;
import dev.errand.dispatcher.core.WorkerView;
import dev.errand.dispatcher.store.TaskQuery;
import dev.errand.dispatcher.store.TaskStore;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import io.vertx.core.Future;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What may be asked of the dispatcher, by whoever is not on the bus with frames of its own: tasks
 * are taken, looked up, waited for, cancelled and tried again; types and workers are looked at and
 * told what to do. All methods are called on the dispatcher's event loop.
 */
public final class Dispatch {

  private static final Logger log = LoggerFactory.getLogger(Dispatch.class);

  private final TurnLoop turns;
  private final DispatcherCore core;
  private final LongSet retrying = new LongOpenHashSet();
  private final AwaitedEnds ends;

  /** A dispatcher that works in these turns. */
  public Dispatch(TurnLoop turns) {
    this.turns = turns;
    this.core = turns.core();
    this.ends = new AwaitedEnds(turns.context());
    observe(ends);
  }

  /** The task as it stands; null if there is none of that id. Fails if the store has failed. */
  public Future<Task> find(long id) {
    Task live = core.view(id, TurnLoop.now());
    return live != null
        ? Future.succeededFuture(live)
        : read(id).map(stored -> stored == null ? null : asItStands(id, stored));
  }

  private Future<StoredTask> read(long id) {
    return turns.ask(store -> store.read(id));
  }

  /**
   * A part of a list of tasks.
   *
   * @param tasks as they stand
   * @param next the {@link TaskQuery#before} of what comes behind them; 0: nothing does
   */
  public record Page(List<Task> tasks, long next) {}

  /** Tasks, the newest first. A page may have fewer than were asked for, and not be the last. */
  public Future<Page> list(TaskQuery query) {
    // The store is to know first what has begun since the last tick.
    return turns
        .recorded()
        .compose(any -> turns.ask(store -> store.list(query)))
        .map(found -> page(query, found));
  }

  private Page page(TaskQuery query, TaskStore.Listing found) {
    List<Task> tasks =
        found.tasks().stream()
            .map(stored -> asItStands(stored.spec().id(), stored))
            .filter(task -> query.state() == null || task.state() == query.state())
            .toList();
    return new Page(tasks, found.next());
  }

  /**
   * Tasks of a batch that have ended, the newest first, with their payloads and results.
   *
   * @param bytes of payloads and results: with so many a page ends
   * @return their last records, as {@link TaskStore#list} gives them
   */
  public Future<TaskStore.Listing> ended(String batch, long before, int limit, long bytes) {
    TaskQuery query = TaskQuery.newest(limit).ofBatch(batch).after(before).withBodies(bytes);
    return turns
        .ask(store -> store.list(query))
        .map(
            found ->
                new TaskStore.Listing(
                    found.tasks().stream().filter(task -> task.state().terminal()).toList(),
                    found.next()));
  }

  /**
   * All that is known of a task.
   *
   * @return its record, the last if it has ended; null if there is no such task
   */
  public Future<StoredTask> record(long id) {
    StoredTask live = core.record(id);
    return live != null ? Future.succeededFuture(live) : read(id);
  }

  /**
   * Waits for a task's end.
   *
   * @param millis how long; when they are over, the task is given as it stands
   */
  public Awaited await(long id, long millis) {
    return ends.await(id, millis, () -> find(id));
  }

  /** How many wait for a task's end. */
  public int awaiting() {
    return ends.count();
  }

  /** It may have changed, or come into memory, since it was read. */
  private Task asItStands(long id, StoredTask stored) {
    Task live = core.view(id, TurnLoop.now());
    return live != null ? live : core.view(stored, TurnLoop.now());
  }

  /**
   * Takes a task.
   *
   * @param request its payload is known to be JSON
   * @return what it came to, once that is durable and counts; fails with a {@link RefusedException}
   */
  public Future<Taken> submit(TaskRequest request) {
    Taken taken = core.submit(request, TurnLoop.now());
    return taken.refusal() != null ? refused(taken.refusal()) : turns.recorded().map(taken);
  }

  /**
   * Takes many tasks as {@link #submit} does, each by itself.
   *
   * @return what each came to, once that is durable and counts
   */
  public Future<List<Taken>> submitEach(List<TaskRequest> requests) {
    Now now = TurnLoop.now();
    List<Taken> taken = requests.stream().map(request -> core.submit(request, now)).toList();
    return turns.recorded().map(taken);
  }

  /**
   * Takes many tasks without idempotency keys as {@link #submit} does, all of them or none.
   *
   * @return what each came to, once that is durable and counts; or, if none is taken, why not, and
   *     null for those that are fine
   */
  public Future<List<Taken>> submitAll(List<TaskRequest> requests) {
    List<Taken> taken = core.submitAll(requests, TurnLoop.now());
    return turns.recorded().map(taken);
  }

  /**
   * Nobody wants the task any more.
   *
   * @return the task as it ended; fails with a {@link RefusedException}
   */
  public Future<Task> cancel(long id) {
    if (core.view(id, TurnLoop.now()) != null) {
      return cancelLive(id);
    }
    return read(id)
        .compose(
            stored -> {
              if (stored != null && stored.state().terminal()) {
                return refused(
                    Refusal.conflict(
                        "task " + TaskId.text(id) + " has ended: it " + stored.state().text()));
              }
              if (stored != null) {
                core.fetch(stored, TurnLoop.now());
              }
              return cancelLive(id);
            });
  }

  private Future<Task> cancelLive(long id) {
    Refusal refusal = core.cancel(id, TurnLoop.now());
    return refusal == null ? turns.recorded().compose(any -> find(id)) : refused(refusal);
  }

  private static <T> Future<T> refused(Refusal refusal) {
    return Future.failedFuture(new RefusedException(refusal));
  }

  /**
   * A task that has ended is tried again from the beginning.
   *
   * @return the task as it waits; fails with a {@link RefusedException}
   */
  public Future<Task> retry(long id) {
    if (core.view(id, TurnLoop.now()) != null || !retrying.add(id)) {
      return Future.failedFuture(
          new RefusedException(
              Refusal.conflict(
                  "task " + TaskId.text(id) + " has not ended: only what has can be retried")));
    }
    // One at a time: what the store says must not be older than another retry's end.
    return read(id)
        .compose(ended -> retry(id, ended))
        .eventually(
            () -> {
              retrying.remove(id);
              return Future.succeededFuture();
            });
  }

  private Future<Task> retry(long id, StoredTask ended) {
    Refusal refusal =
        ended == null
            ? Refusal.unknown("there is no task " + TaskId.text(id))
            : core.retry(ended, TurnLoop.now());
    return refusal == null ? turns.recorded().compose(any -> find(id)) : refused(refusal);
  }

  /**
   * Cancels all tasks that the query finds and that have not ended; of those that come meanwhile
   * none.
   *
   * @return how many that were
   */
  public Future<Long> cancelAll(TaskQuery query) {
    return new Sweep(turns.context(), this::list, this::cancel)
        .over(query, task -> !task.state().terminal());
  }

  /**
   * Tries all tasks again that the query finds and that have ended.
   *
   * @return how many that were
   */
  public Future<Long> retryAll(TaskQuery query) {
    return new Sweep(turns.context(), this::list, this::retry)
        .over(query, task -> task.state().terminal());
  }

  /**
   * Pauses a type or lets it go on, and says how many of its tasks may run at once.
   *
   * @param paused null: as it is
   * @param limit 0: any number; null: as it is
   * @return what counts from now on, once that is durable; fails with a {@link RefusedException}
   */
  public Future<TypeSettings> set(String type, Boolean paused, Integer limit) {
    TypeSettings before = core.settings(type);
    Refusal refusal =
        core.set(
            type,
            paused == null ? before.paused() : paused,
            limit == null ? before.limit() : limit,
            TurnLoop.now());
    return refusal == null ? turns.recorded().map(any -> core.settings(type)) : refused(refusal);
  }

  /**
   * Tells a worker to finish what runs, to take nothing new, and to leave then.
   *
   * @param id as in a {@link Snapshot}'s workers
   * @return it, from then on; null: there is no such worker
   */
  public WorkerView drain(String id) {
    WorkerView worker = core.drain(id, TurnLoop.now());
    if (worker != null) {
      log.info("worker '{}' is told to finish what runs there, and to leave", worker.name());
      turns.turn();
    }
    return worker;
  }

  /** How the tasks of a batch stand; null if none of it is kept. */
  public BatchView batch(String id) {
    return core.batch(id);
  }

  /** Id of the task that is that line of that batch; 0: none. */
  public long line(BatchPlace place) {
    return core.line(place);
  }

  /** The batch's first line behind that one that is a task; 0: none is. */
  public long nextLine(String batch, long after) {
    return core.nextLine(batch, after);
  }

  /** The longest payload that is taken, in bytes. */
  public int mostPayload() {
    return core.limits().payload();
  }

  /** The longest payload and the longest result together, in bytes. */
  public long mostOfTask() {
    return (long) core.limits().payload() + core.limits().result();
  }

  /** Who is to see all changes, in their order, as soon as each counts. */
  public void observe(Consumer<Changes> observer) {
    turns.observe(observer);
  }

  /** How many see them. */
  public int observers() {
    return turns.observers();
  }

  /** It is to see no more of them. */
  public void forget(Consumer<Changes> observer) {
    turns.forget(observer);
  }

  /** Who is to see which tasks the store keeps no more, and that are not tried again. */
  public void observeForgotten(Consumer<StoredTask> observer) {
    turns.observeForgotten(observer);
  }

  /** Who is to see what happens to workers, within a tick. */
  public void observeWorkers(Consumer<WorkerChange> observer) {
    turns.observeWorkers(observer);
  }

  /** The core's and the store's state at this moment. */
  public Snapshot snapshot() {
    Now now = TurnLoop.now();
    return new Snapshot(
        core.ledger(),
        core.types(now),
        core.workers(now),
        core.clients(),
        core.counters(),
        turns.store(now));
  }

  /** The types that have tasks or workers, or for which something was set. */
  public List<TypeView> types() {
    return core.types(TurnLoop.now());
  }

  /** Whether that type has tasks or workers, or something was set for it. */
  public boolean knows(String type) {
    return core.type(type, TurnLoop.now()) != null;
  }

  /** That type; one without tasks and workers if nothing is known of it. */
  public TypeView type(String name) {
    TypeView known = core.type(name, TurnLoop.now());
    return known != null ? known : TypeView.idle(core.settings(name));
  }

  /** Why no work is taken any more; null while the store is well. */
  public Throwable storeFailure() {
    return turns.storeFailure();
  }
}
