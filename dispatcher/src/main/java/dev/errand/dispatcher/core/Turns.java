package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.Session;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the inputs of one turn leave behind: changes that must be durable before they are told, and
 * peers that have frames to send. Owner: the core's thread.
 */
final class Turns {

  /** What waits for one batch of changes to become durable. */
  record Unrecorded(
      Changes changes,
      List<LiveTask> submitted,
      List<LiveTask> ended,
      List<Lease> granted,
      List<Answer> answers,
      List<Mark> marks) {}

  /** The answer to one submission, and whether its client has yet to be made to watch the task. */
  record Answer(ClientPeer client, Accepted accepted, boolean watched) {}

  /** How far a peer's stream is durable with that batch. */
  record Mark(Peer peer, Session session, long received) {}

  private final ArrayDeque<Unrecorded> recording = new ArrayDeque<>();
  private final List<Peer> touched = new ArrayList<>();
  private final List<Peer> owed = new ArrayList<>();
  private Unrecorded open;

  /** Whether what is open goes to the store with this turn, urgent or not. */
  private boolean leaving;

  private long number;

  /** One turn is much like the next: its lists begin with the room that the last one's took. */
  private int lastTasks;

  private int lastSubmitted;
  private int lastEnded;

  /** The changes that this turn makes, behind those of turns before that were not due. */
  Changes changes() {
    return open().changes();
  }

  /**
   * Whether changes go to the store with this turn. What nobody waits for gathers until then: most
   * leases end before, and of those the store never hears.
   */
  boolean isDue() {
    return open != null && (leaving || open.changes().urgent());
  }

  /** What is open goes to the store with this turn. */
  void leave() {
    leaving = open != null;
  }

  private Unrecorded open() {
    if (open == null) {
      open =
          new Unrecorded(
              new Changes(++number, lastTasks),
              new ArrayList<>(lastSubmitted),
              new ArrayList<>(lastEnded),
              new ArrayList<>(0),
              new ArrayList<>(lastSubmitted),
              new ArrayList<>());
    }
    return open;
  }

  void submitted(LiveTask task) {
    open().submitted().add(task);
  }

  /** In the order of the changes. */
  void ended(LiveTask task) {
    open().ended().add(task);
  }

  /** A lease of which the worker is told when it is durable. */
  void granted(Lease lease) {
    open().granted().add(lease);
  }

  /** To be told when everything before it is durable. */
  void answer(ClientPeer client, Accepted accepted, boolean watched) {
    open().answers().add(new Answer(client, accepted, watched));
    leave();
  }

  /** What the peer's stream has brought so far is durable with this turn's changes. */
  void mark(Peer peer) {
    open().marks().add(new Mark(peer, peer.session, peer.receiving.received()));
  }

  /** The peer has something to send at the end of the turn. */
  void touch(Peer peer) {
    if (peer.touch()) {
      touched.add(peer);
    }
  }

  /**
   * More of the peer's stream is durable. The next frame says so, whatever it is for, or the next
   * tick: a frame for that alone would wake up its process for nothing, unless much waits for it.
   */
  void acknowledge(Peer peer) {
    if (peer.isOwedMuch()) {
      touch(peer);
    } else if (peer.owe()) {
      owed.add(peer);
    }
  }

  /** Time to say it to those who have had no frame since. */
  void acknowledgeAll() {
    for (Peer peer : owed) {
      peer.pay();
      touch(peer);
    }
    owed.clear();
  }

  /** Closes the changes that are due; null if there are none. */
  Changes close() {
    if (!isDue()) {
      return null;
    }
    leaving = false;
    Changes changes = open.changes();
    lastTasks = changes.tasks().size();
    lastSubmitted = open.submitted().size();
    lastEnded = open.ended().size();
    recording.add(open);
    open = null;
    return changes;
  }

  /** Takes the oldest batch, up to that number; null if there is none. */
  Unrecorded recorded(long upTo) {
    Unrecorded oldest = recording.peek();
    return oldest == null || oldest.changes().number() > upTo ? null : recording.poll();
  }

  /** Sends what the touched peers have. */
  void flush(FramePort port) {
    for (Peer peer : touched) {
      Consumer<byte[]> out = frame -> port.send(peer.nodeId, peer.session.peer(), frame);
      peer.flush(out);
    }
    touched.clear();
    port.flush();
  }
}
