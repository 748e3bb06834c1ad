package dev.errand.dispatcher.web;

import dev.errand.dispatcher.figures.Sequence;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What was asked for over HTTP and was done, but for submissions: the last {@value #MOST} since the
 * start. Owner: the dispatcher's event loop.
 */
final class Actions {

  static final int MOST = 200;

  /**
   * One of them.
   *
   * @param seq its number among the events
   * @param millis when it was done, since 1970
   * @param who for people
   * @param what a verb
   * @param subject what it was done to, for people
   * @param task the one that it was done to, as text; null: not to one task
   */
  record Action(long seq, long millis, String who, String what, String subject, String task) {}

  private final ArrayDeque<Action> last = new ArrayDeque<>();
  private final Sequence sequence;
  private final EventStream events;

  Actions(Sequence sequence, EventStream events) {
    this.sequence = sequence;
    this.events = events;
  }

  /** That was done for this request. */
  void done(RoutingContext request, String what, String subject) {
    add(request, what, subject, null);
  }

  /** That was done to one task. */
  void doneTo(RoutingContext request, String what, String task) {
    add(request, what, "task " + task, task);
  }

  /** So many tasks, as a subject begins. */
  static String tasks(long count) {
    return count + (count == 1 ? " task" : " tasks");
  }

  private void add(RoutingContext request, String what, String subject, String task) {
    Action action =
        new Action(
            sequence.next(),
            System.currentTimeMillis(),
            Access.caller(request).text(),
            what,
            subject,
            task);
    if (last.size() == MOST) {
      last.removeLast();
    }
    last.addFirst(action);
    events.tell(action);
  }

  /** The last one first. */
  List<Action> all() {
    return new ArrayList<>(last);
  }
}
