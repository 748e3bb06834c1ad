package dev.errand.dispatcher.core;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.Terms;

/** Which tasks are taken in, and which are refused. Owner: the core's thread. */
final class Intake {

  /** When it is worth to ask again whether the store has room. */
  private static final long NO_ROOM_MILLIS = 5_000;

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

  /** Takes a task, or finds the one that it is. */
  Taken take(String type, Bytes payload, Terms asked, String key, BatchPlace batch, Now now) {
    Refusal problem = problem(type, payload);
    if (problem != null) {
      return Taken.refused(problem);
    }
    Terms terms = terms(asked);
    long same = same(key, batch);
    if (same != 0) {
      return key == null || tasks.keys().isSame(key, type, payload, terms)
          ? new Taken(same, true, null)
          : Taken.refused(conflict(key, same));
    }
    Refusal full = full(1, payload.length());
    if (full != null) {
      return Taken.refused(full);
    }
    lastId = TaskId.next(lastId, now.wallMillis());
    String name = tasks.types().get(type).name;
    Bytes own = payload.compact();
    tasks.submit(new TaskSpec(lastId, name, own, terms, key, batch, now.wallMillis()), now);
    return new Taken(lastId, false, null);
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
    String problem = check.problem(payload);
    return problem == null ? null : Refusal.invalid(problem);
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
