package dev.errand.dispatcher.core;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.Terms;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Which tasks are taken in, and which are refused. Owner: the core's thread. */
final class Intake {

  /** When it is worth to ask again whether the store has room. */
  private static final long NO_ROOM_MILLIS = 5_000;

  /** All of them are in memory, and in the figures of each second. */
  static final int MOST_TYPES = 10_000;

  private final CoreSettings settings;
  private final PayloadCheck check;
  private final Tasks tasks;
  private final Pace pace;
  private String noRoom;
  private long lastId;
  private Terms lastAsked = Terms.NONE;
  private Terms lastTerms;

  Intake(CoreSettings settings, PayloadCheck check, Tasks tasks, Pace pace) {
    this.settings = settings;
    this.check = check;
    this.tasks = tasks;
    this.pace = pace;
    this.lastTerms = complete(lastAsked);
  }

  /** Takes a task whose payload is known to be JSON, or finds the one that it is. */
  Taken take(TaskRequest request, Now now) {
    Refusal problem = problem(request.type(), request.payload());
    return problem != null
        ? Taken.refused(problem)
        : takeGood(
            request.type(),
            request.payload(),
            request.terms(),
            request.idempotencyKey(),
            request.batch(),
            now);
  }

  /** The same by its parts, and looks whether the payload is JSON. */
  Taken take(String type, Bytes payload, Terms asked, String key, BatchPlace batch, Now now) {
    Refusal problem = problem(type, payload);
    if (problem != null) {
      return Taken.refused(problem);
    }
    String wrong = check.problem(payload);
    return wrong != null
        ? Taken.refused(Refusal.invalid(wrong))
        : takeGood(type, payload, asked, key, batch, now);
  }

  private Taken takeGood(
      String type, Bytes payload, Terms asked, String key, BatchPlace batch, Now now) {
    Terms terms = terms(asked);
    long same = same(key, batch);
    if (same != 0) {
      return key == null || tasks.keys().isSame(key, type, payload, terms)
          ? new Taken(same, true, null)
          : Taken.refused(conflict(key, same));
    }
    Refusal full = full(1, payload.length());
    if (full == null && tasks.types().all().size() >= MOST_TYPES) {
      full = tooManyTypes(Stream.of(type));
    }
    if (full != null) {
      return Taken.refused(full);
    }
    lastId = TaskId.next(lastId, now.wallMillis());
    String name = tasks.types().get(type).name;
    Bytes own = payload.compact();
    tasks.submit(new TaskSpec(lastId, name, own, terms, key, batch, now.wallMillis()), now);
    return new Taken(lastId, false, null);
  }

  /**
   * Takes all of them, or none; their payloads are known to be JSON.
   *
   * @return what each came to; or, if none is taken, why not, and null for those that are fine
   */
  List<Taken> takeAll(List<TaskRequest> requests, Now now) {
    List<Taken> refused = new ArrayList<>(requests.size());
    long more = 0;
    long bytes = 0;
    for (TaskRequest request : requests) {
      Refusal problem = problem(request.type(), request.payload());
      refused.add(problem == null ? null : Taken.refused(problem));
      if (same(request.idempotencyKey(), request.batch()) == 0) {
        more++;
        bytes += request.payload().length();
      }
    }
    if (refused.stream().anyMatch(Objects::nonNull)) {
      return refused;
    }
    Refusal full = full(more, bytes);
    if (full == null) {
      full = tooManyTypes(requests.stream().map(TaskRequest::type));
    }
    return full == null
        ? requests.stream().map(request -> take(request, now)).toList()
        : Collections.nCopies(requests.size(), Taken.refused(full));
  }

  /** Id of the task that has that key or is that line; 0: none. */
  private long same(String key, BatchPlace batch) {
    if (key != null) {
      return tasks.keys().find(key);
    }
    return batch == null ? 0 : tasks.batches().find(batch);
  }

  private static Refusal conflict(String key, long id) {
    return Refusal.conflict(
        "idempotencyKey '"
            + key
            + "' belongs to task "
            + TaskId.text(id)
            + ", which asked for something else: use another key");
  }

  private Refusal problem(String type, Bytes payload) {
    if (tasks.types().find(type) == null && !TaskRequest.TYPE_PATTERN.matcher(type).matches()) {
      return Refusal.invalid("type must match " + TaskRequest.TYPE_PATTERN.pattern());
    }
    if (payload.length() > settings.limits().payload()) {
      return Refusal.invalid(TaskRequest.tooLarge(payload.length(), settings.limits().payload()));
    }
    return null;
  }

  /** Why so many more tasks, with so many bytes of payload, are too many; null: they are not. */
  Refusal full(long more, long payloadBytes) {
    CoreSettings.Limits limits = settings.limits();
    long bytes = payloadBytes + more * Tasks.OVERHEAD_BYTES;
    if (bytes > limits.queuedBytes()) {
      return Refusal.invalid(neverFits(payloadBytes, bytes, limits.queuedBytes()));
    }
    if (noRoom != null) {
      return new Refusal(Refusal.Kind.NO_ROOM, noRoom, NO_ROOM_MILLIS);
    }
    if (tasks.count() + more > limits.queued()) {
      return full(limits.queued(), "limits.queued allows " + limits.queued() + " tasks");
    }
    if (tasks.bytes() + bytes > limits.queuedBytes()) {
      return full(tasks.count(), "limits.queuedBytes allows " + limits.queuedBytes() + " bytes");
    }
    if (tasks.bytesInMemory() + payloadBytes > settings.window().mostBytes()) {
      return full(
          tasks.count(),
          "tasks that run, wait for a time or are tried again take the memory that there is for"
              + " them: give the dispatcher more (-Xmx)");
    }
    return null;
  }

  /** Why tasks of those types can't be taken beside the types that there are; null: they can. */
  Refusal tooManyTypes(Stream<String> types) {
    long more = types.filter(type -> tasks.types().find(type) == null).distinct().count();
    if (more == 0 || tasks.types().all().size() + more <= MOST_TYPES) {
      return null;
    }
    return new Refusal(
        Refusal.Kind.LIMIT,
        "there may be "
            + MOST_TYPES
            + " types with tasks, workers or settings: what differs from task to task belongs into"
            + " the payload",
        NO_ROOM_MILLIS);
  }

  private static String neverFits(long payloadBytes, long bytes, long limit) {
    return "payload has "
        + payloadBytes
        + " bytes and takes "
        + bytes
        + " of the queue, limits.queuedBytes allows "
        + limit
        + " for all tasks: send less, or a reference to where it lies";
  }

  private Refusal full(long tasks, String limit) {
    long millis = pace.untilRoomIn(tasks);
    return new Refusal(
        Refusal.Kind.LIMIT,
        "the queue is full: " + limit + "; try again in " + (millis + 999) / 1_000 + " s",
        millis);
  }

  /** Why the store takes nothing new; null: it does. */
  void noRoom(String why) {
    noRoom = why;
  }

  /** With the defaults where nothing is asked for; equal ones in a row are one object. */
  private Terms terms(Terms asked) {
    if (asked != lastAsked) {
      lastAsked = asked;
      lastTerms = complete(asked);
    }
    return lastTerms;
  }

  private Terms complete(Terms asked) {
    return new Terms(
        asked.timeout(),
        asked.maxAttempts() == 0 ? settings.defaults().maxAttempts() : asked.maxAttempts(),
        asked.backoff() == 0 ? settings.defaults().backoff() : asked.backoff(),
        asked.priority(),
        asked.delay(),
        asked.expiresIn(),
        asked.require());
  }

  /** No id up to that one is given any more. */
  void startAfter(long id) {
    lastId = Math.max(lastId, id);
  }
}
