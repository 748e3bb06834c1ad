package dev.errand.dispatcher.core;

import java.util.ArrayList;
import java.util.List;

/**
 * What one turn changed for good: to be kept as a whole, in this order, before anybody is told.
 * Filled by the core, then read by the store, and not changed any more.
 */
public final class Changes {

  private final long number;
  private final List<StoredTask> tasks;
  private final List<StoredTask> retried = new ArrayList<>(0);
  private final List<TypeSettings> types = new ArrayList<>(0);
  private final List<String> endedBatches = new ArrayList<>(0);
  private boolean urgent;

  /** Changes that may well be so many. */
  Changes(long number, int likely) {
    this.number = number;
    this.tasks = new ArrayList<>(likely);
  }

  /** Ascending by one; {@link DispatcherCore#durable} takes it back. */
  public long number() {
    return number;
  }

  /** A task's new record. */
  void add(StoredTask task) {
    tasks.add(task);
  }

  void add(TypeSettings type) {
    types.add(type);
    urgent = true;
  }

  /** A task that ended so is tried again. */
  void retry(StoredTask ended) {
    retried.add(ended);
  }

  /** No task of that batch is live any more; more may come. */
  void endBatch(String batch) {
    endedBatches.add(batch);
  }

  /** Somebody waits until this is safe from a loss of power. */
  void hurry() {
    urgent = true;
  }

  /**
   * Whether it has to be forced to disk before it counts as durable. What is not urgent is known to
   * the workers too: it is enough that it is written.
   */
  public boolean urgent() {
    return urgent;
  }

  /** Records of tasks, in the order of what happened; a task may have more than one. */
  public List<StoredTask> tasks() {
    return tasks;
  }

  /**
   * The last ends of tasks that are tried again. The store may have forgotten and counted some
   * since it was asked for them; it is to take that back.
   */
  public List<StoredTask> retried() {
    return retried;
  }

  /** Batches of which all tasks have ended: their retention counts from now. */
  public List<String> endedBatches() {
    return endedBatches;
  }

  /** What was set for types. */
  public List<TypeSettings> types() {
    return types;
  }
}
