package dev.errand.dispatcher.web;

import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.WorkerChange;
import dev.errand.dispatcher.figures.Figures;
import dev.errand.dispatcher.figures.Reading;
import dev.errand.protocol.TaskState;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what happens: figures each second, and changes of tasks and workers and what was
 * done over HTTP, a few times a second in one go. It looks at changes only while somebody listens,
 * and {@value #LINGER_TURNS} turns beyond, so that whoever loses the connection can resume. Owner:
 * the dispatcher's event loop.
 */
final class EventStream {

  private static final Logger log = LoggerFactory.getLogger(EventStream.class);

  static final int MOST_LISTENERS = 1_000;
  static final int KEPT_EVENTS = 10_000;
  private static final int KEPT_STATS = 8;
  private static final int TURN_MILLIS = 200;
  private static final int TURNS_A_SECOND = 1_000 / TURN_MILLIS;
  private static final int LINGER_TURNS = 30 * TURNS_A_SECOND;
  private static final int PING_TURNS = 15 * TURNS_A_SECOND;
  private static final Buffer PING = Buffer.buffer(": ping\n\n");

  private final Vertx vertx;
  private final Dispatch dispatch;
  private final Figures figures;
  private final EventRing ring = new EventRing(KEPT_EVENTS);
  private final TaskSampling sampling = new TaskSampling();
  private final Set<Listener> listeners = new LinkedHashSet<>();
  private final Consumer<Changes> observer = this::see;

  /** The last figures that were sent, by their number. */
  private final Map<Long, Buffer> sent = new LinkedHashMap<>();

  /** The newest of them; null: there is none. */
  private Buffer last;

  private long lastTurn;
  private long timer;
  private boolean observing;
  private boolean encoding;
  private boolean failing;
  private long turns;
  private int idleTurns;

  EventStream(Vertx vertx, Dispatch dispatch, Figures figures) {
    this.vertx = vertx;
    this.dispatch = dispatch;
    this.figures = figures;
    dispatch.observeWorkers(this::see);
  }

  /** Whether no more listeners are taken. */
  boolean isFull() {
    return listeners.size() >= MOST_LISTENERS;
  }

  /** How many there are. */
  int listeners() {
    return listeners.size();
  }

  /** Task changes that were left out since the last figures. */
  long omitted() {
    return sampling.omitted();
  }

  /** The figures of that number as they were sent; null if they are not kept. */
  Buffer stats(long seq) {
    return sent.get(seq);
  }

  /**
   * From now on that response gets events.
   *
   * @param after the last event that its listener knows; negative: it begins now
   * @param session with which they end; null: none
   */
  void listen(HttpServerResponse response, long after, Sessions.Session session) {
    observe();
    long place = after < 0 || after > figures.sequence().last() ? -1 : ring.behind(after);
    if (place < 0 && after >= 0) {
      response.write(EventText.event("reset", figures.sequence().last(), Buffer.buffer("{}")));
    }
    Listener listener = new Listener(response, session, ring, place < 0 ? ring.end() : place);
    listeners.add(listener);
    response.closeHandler(any -> listeners.remove(listener));
    response.exceptionHandler(any -> listeners.remove(listener));
    if (last == null || turns - lastTurn > TURNS_A_SECOND) {
      stats();
    } else {
      response.write(EventText.event("stats", last));
    }
  }

  /** That cookie is nobody's any more: what was asked for with it ends. */
  void forget(String cookie) {
    end(listener -> listener.isOf(cookie));
  }

  private void end(Predicate<Listener> which) {
    for (Listener listener : List.copyOf(listeners)) {
      if (which.test(listener)) {
        listeners.remove(listener);
        listener.end();
      }
    }
  }

  private void observe() {
    if (!observing) {
      observing = true;
      idleTurns = 0;
      ring.clear(figures.sequence().last());
      dispatch.observe(observer);
      timer = vertx.setPeriodic(TURN_MILLIS, any -> turn());
    }
  }

  private void stop() {
    vertx.cancelTimer(timer);
    dispatch.forget(observer);
    sampling.clear();
    observing = false;
    sent.clear();
    last = null;
  }

  private void see(Changes changes) {
    for (StoredTask task : changes.tasks()) {
      if (sampling.shows(task.spec().id(), task.state() == TaskState.RUNNING)) {
        long id = figures.sequence().next();
        ring.add(id, EventText.task(id, task));
      }
    }
  }

  private void see(WorkerChange change) {
    if (observing) {
      long id = figures.sequence().next();
      ring.add(id, EventText.worker(id, change));
    }
  }

  /** Tells of something that was done. */
  void tell(Actions.Action action) {
    if (observing) {
      ring.add(action.seq(), EventText.action(action));
    }
  }

  /** To be called {@value #TURNS_A_SECOND} times a second while changes are looked at. */
  void turn() {
    idleTurns = listeners.isEmpty() ? idleTurns + 1 : 0;
    if (idleTurns > LINGER_TURNS) {
      stop();
      return;
    }
    turns++;
    if (turns % TURNS_A_SECOND == 0) {
      long now = System.currentTimeMillis();
      end(listener -> listener.isOver(now));
      sampling.second();
      stats();
    } else if (!encoding) {
      catchUp();
    }
    if (turns % PING_TURNS == 0) {
      listeners.forEach(listener -> listener.send(PING, 0));
    }
  }

  private void catchUp() {
    Listener.Shared shared = new Listener.Shared(ring);
    listeners.forEach(listener -> listener.catchUp(shared));
  }

  /**
   * What happened before goes before, and nothing in between, so that numbers ascend. Nobody is
   * told anything meanwhile: so it does not wait for answers that are written in a row.
   */
  private void stats() {
    if (encoding || listeners.isEmpty()) {
      return;
    }
    catchUp();
    Reading reading = figures.read();
    long omitted = sampling.take();
    long place = ring.end();
    encoding = true;
    vertx
        .executeBlocking(() -> StatsJson.encode(reading, omitted).toBuffer(), false)
        .onComplete(
            stats -> {
              encoding = false;
              failing = false;
              send(reading.seq(), stats, place);
            },
            failure -> {
              encoding = false;
              failed(failure);
            });
  }

  /** Others come within a second. */
  private void failed(Throwable failure) {
    if (!failing) {
      failing = true;
      log.error("the figures can't be told", failure);
    }
  }

  private void send(long seq, Buffer stats, long place) {
    last = stats;
    lastTurn = turns;
    sent.put(seq, stats);
    if (sent.size() > KEPT_STATS) {
      sent.remove(sent.keySet().iterator().next());
    }
    Buffer text = EventText.event("stats", seq, stats);
    listeners.forEach(listener -> listener.send(text, place));
  }
}
