package dev.errand.dispatcher.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What happened to a task: an attempt from its lease to its end, or a manual retry. Entries are
 * linked, the last one first, so that records of a task share what they have in common.
 *
 * @param event how it ended
 * @param attempt number of the attempt; 0: it had none
 * @param worker name of its worker; null: it had none
 * @param from when it was leased, milliseconds since 1970; else when it happened
 * @param to when it ended
 * @param reason for people; may be empty
 * @param before the entry before; null: this is the first
 * @param depth entries up to this one
 */
public record HistoryEntry(
    Event event,
    int attempt,
    String worker,
    long from,
    long to,
    String reason,
    HistoryEntry before,
    int depth) {

  /** Beyond so many the older half is forgotten, but for the first. */
  static final int MOST = 64;

  /** How an attempt, or the wait for one, ended. */
  public enum Event {
    SUCCEEDED,
    FAILED,
    TIMED_OUT,
    /** The worker was lost. */
    LOST,
    /** The worker gave it back, or never got it. */
    RELEASED,
    CANCELLED,
    EXPIRED,
    /** A new generation began. */
    RETRIED
  }

  /** Of a task whose first attempt succeeded, at that time in milliseconds since 1970. */
  public static HistoryEntry oneSuccess(StoredTask.LastLease lease, long at) {
    return after(null, Event.SUCCEEDED, 1, lease.worker(), lease.started(), at, "");
  }

  /** Behind all that happened before. */
  static HistoryEntry after(
      HistoryEntry before,
      Event event,
      int attempt,
      String worker,
      long from,
      long to,
      String reason) {
    HistoryEntry kept = before != null && before.depth >= MOST ? shortened(before) : before;
    int depth = kept == null ? 1 : kept.depth + 1;
    return new HistoryEntry(event, attempt, worker, from, to, reason, kept, depth);
  }

  private static HistoryEntry shortened(HistoryEntry last) {
    List<HistoryEntry> all = last.all();
    HistoryEntry kept = null;
    for (int i = 0; i < all.size(); i++) {
      if (i == 0 || i > MOST / 2) {
        HistoryEntry each = all.get(i);
        kept = after(kept, each.event, each.attempt, each.worker, each.from, each.to, each.reason);
      }
    }
    return kept;
  }

  /** The same behind another one; null: as the first. */
  public HistoryEntry behind(HistoryEntry other) {
    int place = other == null ? 1 : other.depth + 1;
    return new HistoryEntry(event, attempt, worker, from, to, reason, other, place);
  }

  /** This and all before it, the first one first. */
  public List<HistoryEntry> all() {
    List<HistoryEntry> all = new ArrayList<>(depth);
    for (HistoryEntry each = this; each != null; each = each.before) {
      all.add(each);
    }
    Collections.reverse(all);
    return all;
  }
}
