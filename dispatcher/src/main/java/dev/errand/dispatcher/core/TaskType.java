package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Offer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One type: its tasks, the workers that offer it, and what was set for it. Owner: the core's
 * thread.
 */
final class TaskType {

  /** A worker that runs the type, and how. */
  record Provider(WorkerPeer worker, Offer offer) {}

  final String name;
  final Tasks owner;
  final List<Provider> providers = new ArrayList<>();
  TypeSettings settings;

  /** Leases of its tasks. */
  int running;

  /** Its waiting tasks that are not in memory. */
  long beyond;

  /** Its tasks that wait until it is known whether a worker still has them. */
  final TaskLine recovering = new TaskLine();

  /** Leases that ended and whose handler has not: they count against the limit. */
  int zombies;

  /** Whether it is among those that wait for their turn. */
  boolean waiting;

  private final TaskTypes all;
  private final TaskQueue plain = new TaskQueue(this, Map.of());
  private final Map<Map<String, String>, TaskQueue> demanding = new LinkedHashMap<>();
  private final Set<TaskQueue> grantable = new LinkedHashSet<>();
  private int queued;

  TaskType(String name, Tasks owner, TaskTypes all) {
    this.name = name;
    this.owner = owner;
    this.all = all;
    this.settings = TypeSettings.usual(name);
  }

  /** While it is paused, no worker is kept free for its suspects. */
  void set(TypeSettings own) {
    settings = own;
    if (own.paused()) {
      plain.unreserve();
      demanding.values().forEach(TaskQueue::unreserve);
    }
  }

  /** The queue of those that require just that; null if there are none. */
  TaskQueue find(Map<String, String> require) {
    return require.isEmpty() ? plain : demanding.get(require);
  }

  /** The queue of those that require just that. */
  TaskQueue queue(Map<String, String> require) {
    if (require.isEmpty()) {
      return plain;
    }
    return demanding.computeIfAbsent(require, this::newQueue);
  }

  private TaskQueue newQueue(Map<String, String> require) {
    TaskQueue queue = new TaskQueue(this, require);
    providers.forEach(provider -> offer(queue, provider));
    return queue;
  }

  private void offer(TaskQueue queue, Provider provider) {
    if (queue.admits(provider.worker())) {
      Offering offering = new Offering(provider.worker(), provider.offer(), queue);
      provider.worker().offerings.add(offering);
      queue.offers.add(offering);
      changed(queue);
    }
  }

  /** Its worker has gone. */
  void withdraw(Offering offering) {
    offering.queue.offers.remove(offering);
    changed(offering.queue);
  }

  /** There is one more or one less of its waiting tasks, or of its offers. */
  private void changed(TaskQueue queue) {
    if (queue == plain) {
      return;
    }
    if (queue.size() == 0 || queue.offers.isEmpty()) {
      grantable.remove(queue);
    } else {
      grantable.add(queue);
    }
  }

  /** A worker offers it. */
  void add(Provider provider) {
    providers.add(provider);
    offer(plain, provider);
    demanding.values().forEach(queue -> offer(queue, provider));
  }

  /** That worker has gone. */
  void remove(WorkerPeer worker) {
    providers.removeIf(provider -> provider.worker() == worker);
    forgetIfIdle();
  }

  /** A task of that queue is no more. */
  void left(TaskQueue queue) {
    queue.live--;
    if (queue.live == 0) {
      if (queue != plain) {
        demanding.remove(queue.require);
        queue.offers.all().forEach(offering -> offering.worker.offerings.remove(offering));
      }
      forgetIfIdle();
    }
  }

  void forgetIfIdle() {
    if (plain.live == 0
        && demanding.isEmpty()
        && providers.isEmpty()
        && zombies == 0
        && settings.isUsual()) {
      all.forget(this);
    }
  }

  /** Whether one more of its tasks may run now. */
  boolean mayRun() {
    return !settings.paused() && (settings.limit() == 0 || running + zombies < settings.limit());
  }

  /** Tasks that wait for a worker. */
  int size() {
    return queued;
  }

  /** A task waits in that one of its queues. */
  void queued(TaskQueue queue) {
    queued++;
    changed(queue);
    all.waits(this);
  }

  void unqueued(TaskQueue queue) {
    queued--;
    changed(queue);
  }

  /** Those of its queues that require something of a worker. */
  Collection<TaskQueue> demanding() {
    return demanding.values();
  }

  /** Those of them where tasks wait and that a worker serves, be it busy or not. */
  Collection<TaskQueue> grantable() {
    return grantable;
  }

  TaskQueue plain() {
    return plain;
  }
}
