package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.ClientHello;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Welcome;
import dev.errand.protocol.frame.WorkerHello;
import it.unimi.dsi.fastutil.longs.Long2ObjectLinkedOpenHashMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Who is linked: sessions begin with HELLO and end by silence, by BYE, or when the node has left
 * the cluster. Owner: the core's thread.
 */
final class Peers {

  /** What is kept for a client that may be dead: one that comes back asks for it anew. */
  private static final long MOST_KEPT_BYTES = 64L << 20;

  private final CoreSettings settings;
  private final Tasks tasks;
  private final Leases leases;
  private final Turns turns;
  private final Long2ObjectLinkedOpenHashMap<WorkerPeer> workers =
      new Long2ObjectLinkedOpenHashMap<>();
  private final Long2ObjectLinkedOpenHashMap<ClientPeer> clients =
      new Long2ObjectLinkedOpenHashMap<>();
  private final List<WorkerChange> changes = new ArrayList<>();
  private int sessions;
  private boolean clientsGone;

  Peers(CoreSettings settings, Tasks tasks, Leases leases, Turns turns) {
    this.settings = settings;
    this.tasks = tasks;
    this.leases = leases;
    this.turns = turns;
  }

  Collection<WorkerPeer> workers() {
    return workers.values();
  }

  /** The worker of that {@link WorkerView#id}; null if there is none. */
  WorkerPeer worker(String id) {
    try {
      return workers.get(Long.parseUnsignedLong(id, 16));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  int clients() {
    return clients.size();
  }

  /** The peer whose current session this is; null if there is none. */
  Peer find(Session session) {
    Peer peer = workers.get(session.peer());
    if (peer == null) {
      peer = clients.get(session.peer());
    }
    return peer != null && peer.session.equals(session) ? peer : null;
  }

  /** Gives the answer; null if the HELLO is not the peer's newest: it came late or twice. */
  byte[] hello(Session from, WorkerHello hello, Now now) {
    long incarnation = from.peer();
    if (isOld(from, workers.get(incarnation))) {
      return null;
    }
    WorkerPeer known = workers.get(incarnation);
    boolean wasDraining = known != null && known.isDraining();
    WorkerPeer before = remove(incarnation);
    boolean stranger = from.storeId() != 0 && from.storeId() != settings.storeId();
    if (stranger && before != null) {
      changed(WorkerChange.Kind.LOST, before);
      leases.lost(before, "was with a dispatcher of another store", now);
      before = null;
    }
    WorkerPeer worker = new WorkerPeer(hello, session(incarnation), now.nanos());
    worker.hello = from.number();
    workers.put(incarnation, worker);
    if (before != null && before.isToldToLeave()) {
      // It may not have heard of it.
      worker.drain();
      sayToLeave(worker);
    }
    if (before == null) {
      changed(WorkerChange.Kind.CAME, worker);
    }
    if (worker.isDraining() && (before == null || !wasDraining)) {
      changed(WorkerChange.Kind.DRAINING, worker);
    }
    for (Offer offer : hello.offers()) {
      tasks.types().get(offer.type()).add(new TaskType.Provider(worker, offer));
    }
    leases.claim(before, worker, hello, stranger, now);
    return welcome(before != null).frame(worker.session);
  }

  /** What an old HELLO says of its worker's leases is not true any more. */
  private static boolean isOld(Session from, Peer peer) {
    return peer != null && from.number() != 0 && from.number() <= peer.hello;
  }

  /** Gives the answer; null if the HELLO is not the peer's newest: it came late or twice. */
  byte[] hello(Header header, ClientHello hello, Now now) {
    Session from = header.session();
    long incarnation = from.peer();
    ClientPeer client = clients.get(incarnation);
    if (isOld(from, client)) {
      return null;
    }
    boolean resumed = client != null && knows(client, header);
    if (client != null) {
      client.restart(session(incarnation), now.nanos());
      // It may have missed something, and may have nothing to say that would make it come.
      turns.touch(client);
    } else {
      client = new ClientPeer(hello.nodeId(), session(incarnation), now.nanos());
      clients.put(incarnation, client);
    }
    client.hello = from.number();
    return welcome(resumed).frame(client.session);
  }

  /**
   * Whether the client has heard that it was taken in: if that WELCOME was lost, it does not know
   * yet that it has to ask for everything anew.
   */
  private boolean knows(ClientPeer client, Header hello) {
    Session last = hello.session();
    return last.storeId() == settings.storeId()
        && last.epoch() == settings.epoch()
        && hello.ack() >= client.firstSession;
  }

  private Session session(long incarnation) {
    return new Session(
        settings.cluster(), settings.storeId(), settings.epoch(), incarnation, ++sessions);
  }

  private Welcome welcome(boolean resumed) {
    return new Welcome(
        resumed,
        settings.timings().heartbeat(),
        settings.timings().loss(),
        settings.limits().payload(),
        settings.limits().result());
  }

  /** It says so itself. */
  void bye(Peer peer, Now now) {
    if (peer instanceof WorkerPeer worker) {
      remove(worker.session.peer());
      changed(WorkerChange.Kind.LEFT, worker);
      leases.left(worker, now);
    } else {
      forget((ClientPeer) peer);
    }
  }

  /**
   * The node has left the cluster; its clients may come back by another way, its workers' work not.
   */
  void nodeLeft(String nodeId, Now now) {
    List<WorkerPeer> gone = new ArrayList<>();
    for (WorkerPeer worker : workers.values()) {
      if (worker.nodeId.equals(nodeId)) {
        gone.add(worker);
      }
    }
    gone.forEach(worker -> lose(worker, "left the cluster", now));
  }

  /** Gives up who was silent for too long. */
  void expire(Now now) {
    long loss = settings.timings().loss() * 1_000_000L;
    List<WorkerPeer> silent = new ArrayList<>();
    for (WorkerPeer worker : workers.values()) {
      if (now.nanos() - worker.heardNanos >= loss) {
        silent.add(worker);
      }
    }
    silent.forEach(worker -> lose(worker, "was silent for too long", now));
    long memory = settings.timings().clientMemory() * 1_000_000L;
    List<ClientPeer> gone = new ArrayList<>();
    for (ClientPeer client : clients.values()) {
      long silence = now.nanos() - client.heardNanos;
      boolean heavy = client.sending.keptBytes() > MOST_KEPT_BYTES;
      if (silence >= memory || (heavy && silence >= loss)) {
        gone.add(client);
      }
    }
    gone.forEach(this::forget);
    if (clientsGone) {
      clientsGone = false;
      tasks.backlogs().forgetGone();
    }
  }

  /** The dispatcher itself stood still: nobody could be heard in that time. */
  void pardon(long nanos, Now now) {
    for (WorkerPeer worker : workers.values()) {
      pardon(worker, nanos, now);
      leases.pardon(worker, nanos);
    }
    clients.values().forEach(client -> pardon(client, nanos, now));
  }

  /** Who was heard since, before this tick, was not heard in the future. */
  private static void pardon(Peer peer, long nanos, Now now) {
    peer.heardNanos = Math.min(peer.heardNanos + nanos, now.nanos());
  }

  private void lose(WorkerPeer worker, String how, Now now) {
    remove(worker.session.peer());
    changed(WorkerChange.Kind.LOST, worker);
    leases.lost(worker, how, now);
  }

  /** It takes nothing new any more. */
  void drain(WorkerPeer worker) {
    if (!worker.isDraining()) {
      worker.drain();
      changed(WorkerChange.Kind.DRAINING, worker);
    }
  }

  /** It is told, once, to finish what runs, to take nothing new, and to leave then. */
  void tellToLeave(WorkerPeer worker) {
    drain(worker);
    if (!worker.isToldToLeave()) {
      sayToLeave(worker);
    }
  }

  private void sayToLeave(WorkerPeer worker) {
    worker.tellToLeave();
    turns.touch(worker);
  }

  private void changed(WorkerChange.Kind kind, WorkerPeer worker) {
    changes.add(new WorkerChange(kind, Views.id(worker), worker.name));
  }

  /** Takes what happened to workers since the last call. */
  List<WorkerChange> changes() {
    if (changes.isEmpty()) {
      return List.of();
    }
    List<WorkerChange> all = List.copyOf(changes);
    changes.clear();
    return all;
  }

  private WorkerPeer remove(long incarnation) {
    WorkerPeer worker = workers.remove(incarnation);
    if (worker != null) {
      worker.drain();
      worker.offerings.forEach(offering -> offering.queue.type.withdraw(offering));
      worker.offerings.clear();
      for (String type : worker.types) {
        TaskType offered = tasks.types().find(type);
        if (offered != null) {
          offered.remove(worker);
        }
      }
    }
    return worker;
  }

  private void forget(ClientPeer client) {
    client.gone = true;
    client.sending.clear();
    clients.remove(client.session.peer());
    clientsGone = true;
  }
}
