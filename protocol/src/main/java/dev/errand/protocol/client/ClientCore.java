package dev.errand.protocol.client;

import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.ClientHello;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Done;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Heartbeat;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Submit;
import dev.errand.protocol.frame.Watch;
import dev.errand.protocol.frame.Welcome;
import dev.errand.protocol.link.DispatcherLink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a client has submitted and waits for. Submissions are numbered; those without an answer are
 * repeated by the link, and submitted again to a dispatcher that lost its store. Pure; one thread
 * at a time.
 */
final class ClientCore implements DispatcherLink.Owner {

  /** Frames on their way at most; more submissions wait here, and leave in fewer, larger frames. */
  private static final int WINDOW = 8;

  private final String nodeId;
  private final DispatcherLink link;
  private final ArrayDeque<Submission> pending = new ArrayDeque<>();
  private final ArrayDeque<Submission> unanswered = new ArrayDeque<>();

  /** Who waits for a task's end, by its id; several of them are chained. */
  private final Map<Long, Submission> awaited = new HashMap<>();

  private long lastNumber;
  private String refusal;
  private boolean closed;

  ClientCore(int cluster, long incarnation, String nodeId, DispatcherLink.Port port) {
    this.nodeId = nodeId;
    this.link = new DispatcherLink(cluster, incarnation, this, port);
  }

  DispatcherLink link() {
    return link;
  }

  /** Whether {@link #submit} takes a task; else it fails at once. */
  boolean takes() {
    return !closed && refusal == null;
  }

  /** Takes a task for the dispatcher; it leaves at the next flush or when there is a dispatcher. */
  void submit(Submission submission) {
    if (closed) {
      submission.failed(closure());
      return;
    }
    if (refusal != null) {
      submission.failed(new SubmissionException(refusal));
      return;
    }
    submission.number = ++lastNumber;
    pending.add(submission);
  }

  /** Waits for the end of a task that may have been submitted by anybody. */
  void watch(long id, Submission watcher) {
    if (closed) {
      watcher.failed(closure());
      return;
    }
    await(id, watcher);
    new Watch(id).write(link.batch(FrameKind.WATCH));
  }

  /** Nobody waits for it any more. */
  void forget(long id, Submission watcher) {
    Submission rest = Submission.without(awaited.remove(id), watcher);
    if (rest != null) {
      awaited.put(id, rest);
    }
  }

  /** Sends what has gathered; to be called at the end of each turn. */
  void flush() {
    if (link.session() == null) {
      return;
    }
    if (link.sending().unacknowledged() < WINDOW) {
      for (Submission next = pending.poll(); next != null; next = pending.poll()) {
        send(next);
        if (link.sending().unacknowledged() >= WINDOW) {
          break;
        }
      }
    }
    link.flush();
  }

  /** A frame that is too long for the dispatcher would block all that come after it. */
  private void send(Submission next) {
    int length = next.request.payload().length();
    int limit = link.timings().payloadLimit();
    if (length > limit) {
      next.failed(new SubmissionException(TaskRequest.tooLarge(length, limit)));
      return;
    }
    unanswered.add(next);
    Submit.write(link.batch(FrameKind.SUBMIT), next.number, next.watched, next.request);
  }

  /** Everything that is still open fails, and whatever comes later. */
  void close() {
    closed = true;
    SubmissionException why = closure();
    pending.forEach(submission -> submission.failed(why));
    pending.clear();
    unanswered.forEach(submission -> submission.failed(why));
    unanswered.clear();
    awaited.values().forEach(first -> first.forEach(submission -> submission.failed(why)));
    awaited.clear();
    if (link.session() != null) {
      link.batch(FrameKind.BYE);
      link.flush();
    }
  }

  private static SubmissionException closure() {
    return new SubmissionException("the client was closed");
  }

  @Override
  public byte[] hello(Session session) {
    return new ClientHello(nodeId).frame(session);
  }

  @Override
  public byte[] heartbeat(Session session, long ack) {
    return new Heartbeat(Map.of()).frame(session, ack, Credit.NONE);
  }

  @Override
  public Credit credit() {
    return Credit.NONE;
  }

  @Override
  public void welcomed(Welcome welcome, boolean sameStore, long now) {
    refusal = null;
    if (sameStore && welcome.resumed()) {
      return;
    }
    link.sending().clear();
    if (sameStore) {
      failUnanswered();
    }
    submitAgain();
    for (long id : awaited.keySet()) {
      new Watch(id).write(link.batch(FrameKind.WATCH));
    }
  }

  /** Those that could be taken twice: the others have a key, or a line's number. */
  private void failUnanswered() {
    List<Submission> unsure = unanswered.stream().filter(each -> !each.isKnownAgain()).toList();
    unanswered.removeIf(each -> !each.isKnownAgain());
    for (Submission each : unsure) {
      each.failed(
          new SubmissionException(
              "the dispatcher began anew, or was out of reach for too long, and can't say whether"
                  + " it took this task: look for it, or submit it again; with an idempotencyKey"
                  + " that is done by itself"));
    }
  }

  private void submitAgain() {
    while (!unanswered.isEmpty()) {
      pending.addFirst(unanswered.removeLast());
    }
  }

  @Override
  public void lost(DispatcherLink.Loss how, long now) {
    // The link says hello again; what is unanswered waits for the WELCOME.
  }

  @Override
  public void refused(String reason) {
    refusal = reason;
    SubmissionException why = new SubmissionException(reason);
    for (Submission next = pending.poll(); next != null; next = pending.poll()) {
      next.failed(why);
    }
  }

  @Override
  public void take(Header header, byte[] frame, long now) throws MalformedFrameException {
    BatchReader batch = new BatchReader(frame);
    switch (header.kind()) {
      case ACCEPTED -> {
        while (batch.next()) {
          accepted(Accepted.read(batch));
        }
      }
      case DONE -> {
        while (batch.next()) {
          done(Done.read(batch));
        }
      }
      default -> throw new MalformedFrameException("not for a client: " + header.kind());
    }
  }

  private void accepted(Accepted answer) {
    Submission first = unanswered.peek();
    if (first == null || first.number != answer.number()) {
      return;
    }
    unanswered.remove();
    if (answer.id() == 0) {
      Duration retryAfter =
          answer.retryMillis() == 0 ? null : Duration.ofMillis(answer.retryMillis());
      first.failed(new SubmissionException(answer.problem(), retryAfter));
      return;
    }
    if (first.watched) {
      await(answer.id(), first);
    }
    first.accepted(answer.id(), answer.known());
  }

  private void await(long id, Submission watcher) {
    watcher.chain(awaited.put(id, watcher));
  }

  private void done(Done done) {
    Submission watchers = awaited.remove(done.id());
    if (watchers == null) {
      return;
    }
    if (done.task() == null) {
      String message =
          "the dispatcher knows no task "
              + TaskId.text(done.id())
              + "; it was removed after its retention, or a dispatcher with another store took over";
      watchers.forEach(watcher -> watcher.failed(new TaskLostException(message)));
    } else {
      watchers.forEach(watcher -> watcher.ended(done.task()));
    }
  }
}
