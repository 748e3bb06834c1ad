package dev.errand.dispatcher.web;

/**
 * What a reader of results takes of the room that all such readers share. Before anything is read
 * for it there is room for the most that may come; once that is there, for what has come. On the
 * event loop.
 */
final class ReaderRoom {

  private final ByteRoom shared;
  private final long most;
  private final Runnable there;

  /** Leaves those that wait; null: it does not wait. */
  private Runnable leave;

  /** Whether it has waited, and there is room for the most. */
  private boolean granted;

  /**
   * Room of a reader that has none yet.
   *
   * @param most bytes that may come when something is read
   * @param there told when a wait is over; must not call back at once
   */
  ReaderRoom(ByteRoom shared, long most, Runnable there) {
    this.shared = shared;
    this.most = most;
    this.there = there;
  }

  /** Takes room for the most that may come; false: it waits for it now. */
  boolean takeMostOrWait() {
    if (granted) {
      granted = false;
      return true;
    }
    if (leave != null) {
      return false;
    }
    if (takeMost()) {
      return true;
    }
    leave = shared.await(most, this::granted);
    return false;
  }

  private void granted() {
    leave = null;
    granted = true;
    there.run();
  }

  /** Takes room for the most that may come, if it is there. */
  boolean takeMost() {
    return shared.take(most);
  }

  /** Takes room for what has come by itself, if it is there. */
  boolean take(long bytes) {
    return shared.take(bytes);
  }

  /** Of the most that might come, that much has. */
  void came(long bytes) {
    shared.giveBack(most - bytes);
  }

  /** So much is held no more. */
  void giveBack(long bytes) {
    shared.giveBack(bytes);
  }

  /** Keeps nothing that it has waited for, and does not need now. */
  void needNone() {
    if (granted) {
      granted = false;
      shared.giveBack(most);
    }
  }

  /** Nothing more is read. */
  void close() {
    if (leave != null) {
      leave.run();
      leave = null;
    }
    needNone();
  }
}
