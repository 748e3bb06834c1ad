package dev.errand.dispatcher.core;

import dev.errand.protocol.Task;
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
import dev.errand.protocol.link.DispatcherLink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A client that remembers whatever it is told. */
public final class VirtualClient extends VirtualPeer {

  /** By the number of the submission, in the order in which they came. */
  final Map<Long, Accepted> answers = new LinkedHashMap<>();

  final List<Done> dones = new ArrayList<>();
  private long lastNumber;

  public VirtualClient(long incarnation, DispatcherLink.Port port) {
    super(incarnation, "node-of-client-" + incarnation, port);
  }

  public DispatcherLink link() {
    return link;
  }

  /** Submits and watches, at the next flush; gives the number of the submission. */
  public long submit(TaskRequest request) {
    Submit.write(link.batch(FrameKind.SUBMIT), ++lastNumber, true, request);
    return lastNumber;
  }

  public void watch(long id) {
    new Watch(id).write(link.batch(FrameKind.WATCH));
  }

  /** All that came, by the number of the submission. */
  public Map<Long, Accepted> answers() {
    return answers;
  }

  /** Null before it has one. */
  public Accepted answer(long number) {
    return answers.get(number);
  }

  /** How that task ended, if the client was told. */
  public Task done(long id) {
    return dones.stream().filter(done -> done.id() == id).findFirst().map(Done::task).orElse(null);
  }

  /** Whether the client was told anything of that task, be it that there is none. */
  public boolean isTold(long id) {
    return dones.stream().anyMatch(done -> done.id() == id);
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
  public void take(Header header, byte[] frame, long now) throws MalformedFrameException {
    BatchReader batch = new BatchReader(frame);
    while (batch.next()) {
      if (header.kind() == FrameKind.ACCEPTED) {
        Accepted answer = Accepted.read(batch);
        answers.put(answer.number(), answer);
      } else {
        dones.add(Done.read(batch));
      }
    }
  }
}
