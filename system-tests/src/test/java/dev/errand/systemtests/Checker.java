package dev.errand.systemtests;

import dev.errand.protocol.Task;
import dev.errand.protocol.TaskState;
import dev.errand.systemtests.Order.Then;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks through a recording for what must not be. The idea is that of Jepsen's total queue: what
 * was acknowledged has ended once, as it may, and nothing else has. The books must have room for
 * all that is known, and for nothing that nobody submitted.
 */
final class Checker {

  private final List<Event> events;
  private final Map<Integer, Order> submissions = new HashMap<>();
  private final Map<String, Trail> trails = new LinkedHashMap<>();
  private final Map<String, String> idsOfNames = new HashMap<>();

  /** How often an order began to run, as workers noted it. */
  private final Map<String, Integer> runs = new HashMap<>();

  /** Of each order the submissions that were not refused. */
  private final Map<String, Integer> possible = new HashMap<>();

  /** After so many events: tasks that were acknowledged, and that had ended for good. */
  private final Known[] known;

  private final Findings findings = new Findings();
  private int unanswered;
  private int ends;
  private int readings;
  private Books last;
  private int at;

  private Checker(List<Event> events) {
    this.events = events;
    known = new Known[events.size() + 1];
    known[0] = Known.NOTHING;
  }

  /**
   * What that recording comes to. After all is done, each acknowledged task must have been looked
   * for once more, and the books must have been read.
   */
  static Verdict check(List<Event> events) {
    return new Checker(events).check();
  }

  private Verdict check() {
    for (Event event : events) {
      known[++at] = known[at - 1];
      take(event);
    }
    trails.forEach(this::close);
    checkRuns();
    if (last != null && last.open() > 0) {
      findings.unfinished.add(last.open() + " tasks of the books: " + last);
    }
    int ran = runs.values().stream().mapToInt(Integer::intValue).sum();
    int ended = (int) trails.values().stream().filter(trail -> trail.ended > 0).count();
    return findings.verdict(
        new Verdict.Counted(
            submissions.size(), unanswered, trails.size(), ended, ends, ran, readings));
  }

  private void take(Event event) {
    if (event instanceof Event.Submitted submitted) {
      submissions.put(submitted.number(), submitted.order());
      possible.merge(submitted.order().name(), 1, Integer::sum);
    } else if (event instanceof Event.Acknowledged acknowledged) {
      acknowledged(submissions.get(acknowledged.number()), acknowledged.id());
    } else if (event instanceof Event.Refused refused) {
      String name = submissions.get(refused.number()).name();
      possible.computeIfPresent(name, (any, before) -> before == 1 ? null : before - 1);
    } else if (event instanceof Event.Unanswered) {
      unanswered++;
    } else if (event instanceof Event.Read read) {
      read(read);
    } else if (event instanceof Event.Ran run) {
      runs.merge(run.name(), 1, Integer::sum);
    } else {
      takeOfTask(event);
    }
  }

  private void takeOfTask(Event event) {
    if (event instanceof Event.Ended told) {
      ended(told.id(), told.task());
    } else if (event instanceof Event.Gone gone) {
      findings.lost.add(gone.id() + ": it was told that there is no such task");
    } else if (event instanceof Event.Retrying retrying) {
      Trail trail = trails.get(retrying.id());
      trail.retries++;
      trail.over.addAll(trail.ends);
    } else if (event instanceof Event.Retried retried) {
      trails.get(retried.id()).retried = at;
    } else if (event instanceof Event.Found found) {
      found(found);
    }
  }

  private void acknowledged(Order order, String id) {
    String other = idsOfNames.putIfAbsent(order.name(), id);
    if (other != null && !other.equals(id)) {
      findings.twice.add(order.name() + " is " + other + " and " + id);
    }
    Trail trail = trails.get(id);
    if (trail == null) {
      trails.put(id, new Trail(order));
      known[at] = known[at].oneMore();
    } else if (!trail.order.name().equals(order.name())) {
      findings.lost.add(id + ": it is " + trail.order.name() + ", and " + order.name() + " is not");
    }
  }

  private void ended(String id, Task task) {
    Trail trail = trails.get(id);
    if (trail == null) {
      findings.unexpected.add(id + ": it ended, and nobody submitted it");
      return;
    }
    ends++;
    if (!trail.order.allows(task)) {
      findings.wrong.add(id + ": " + trail.order + " became " + End.of(task));
    }
    trail.ends.add(End.of(task));
    if (trail.ends.size() > 1 + trail.retries) {
      findings.twice.add(id + ": " + trail.ends);
    }
    if (trail.ended == 0) {
      trail.ended = at;
      if (trail.order.then() != Then.RETRY) {
        known[at] = known[at].oneMore(task.state());
      }
    }
  }

  private void found(Event.Found found) {
    Trail trail = trails.get(found.id());
    Task task = found.task();
    if (trail == null) {
      findings.unexpected.add(found.id() + ": it was found, and nobody submitted it");
      return;
    }
    trail.asked = true;
    trail.last = task;
    if (task == null) {
      findings.lost.add(found.id() + ": no such task, of " + trail.order.name());
      return;
    }
    if (!trail.order.isOf(task)) {
      findings.unexpected.add(found.id() + ": it was found, and is not " + trail.order);
    }
    if (!task.state().terminal()) {
      if (trail.ended > 0 && trail.ended <= found.since() && trail.retries == 0) {
        findings.twice.add(found.id() + ": it had ended, and is " + task.state());
      }
      return;
    }
    if (trail.retried > 0 && trail.retried <= found.since() && trail.over.contains(End.of(task))) {
      findings.lost.add(found.id() + ": that it is tried again");
    }
    ended(found.id(), task);
  }

  private void read(Event.Read read) {
    readings++;
    Books books = read.books();
    last = books;
    if (!books.addUp()) {
      findings.books.add("they do not add up: " + books);
    }
    Known least = known[read.since()];
    if (!least.isIn(books)) {
      findings.books.add("they have too little: " + books + " without " + least);
    }
    if (books.submitted() > possible.size()) {
      findings.unexpected.add(
          "the books have " + books.submitted() + " tasks of " + possible.size());
    }
  }

  private void close(String id, Trail trail) {
    if (!trail.asked) {
      findings.unfinished.add(id + ": nobody looked for it");
    } else if (trail.last != null && !trail.last.state().terminal()) {
      findings.unfinished.add(
          id + ": " + trail.order + " is " + trail.last.state() + ", " + trail.last.waitingFor());
    }
  }

  private void checkRuns() {
    Map<String, Order> orders = new HashMap<>();
    submissions.values().forEach(order -> orders.put(order.name(), order));
    runs.forEach(
        (name, times) -> {
          Order order = orders.get(name);
          if (order == null) {
            findings.unexpected.add(name + ": it ran, and nobody submitted it");
          } else if (order.once() && times > 1) {
            findings.twice.add(name + ": it may run once, and ran " + times + " times");
          }
        });
    trails.forEach(
        (id, trail) -> {
          if (trail.order.request().type().equals(NotingHandler.TYPE)
              && trail.last != null
              && trail.last.state() == TaskState.SUCCEEDED
              && !runs.containsKey(trail.order.name())) {
            findings.wrong.add(id + ": it succeeded, and did not run");
          }
        });
  }
}
