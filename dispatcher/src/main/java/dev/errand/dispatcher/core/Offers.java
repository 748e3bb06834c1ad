package dev.errand.dispatcher.core;

import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Workers by the share of their slots that is free, in {@value #LEVELS} levels: the one with the
 * largest share is found at once, however many there are; those of one level take turns. In the
 * lowest are those that have no free slot and take more all the same. A level that is too high is
 * mended when it is looked at, one that is too low at once: so whoever gets more room has to {@link
 * #raise} itself. Owner: the core's thread.
 */
final class Offers {

  /** Level of a worker that takes nothing. */
  static final int NONE = -1;

  /** Level of a worker where the next task waits for a slot. */
  private static final int AHEAD = 0;

  private static final int LEVELS = 64;

  private final Offering[] first = new Offering[LEVELS];
  private final Offering[] last = new Offering[LEVELS];
  private Offering idle;

  /** A bit for each level that is not empty. */
  private long occupied;

  boolean isEmpty() {
    return occupied == 0 && idle == null;
  }

  /** The one to be given the next task; null if none takes any. */
  Offering best() {
    while (occupied != 0) {
      int level = LEVELS - 1 - Long.numberOfLeadingZeros(occupied);
      Offering head = first[level];
      int actual = level(head);
      if (actual == level) {
        return head;
      }
      move(head, actual);
    }
    return null;
  }

  private static int level(Offering offering) {
    WorkerPeer worker = offering.worker;
    long available = worker.isShared() ? worker.available(offering.offer.pool()) : 0;
    if (available <= 0) {
      return NONE;
    }
    long free = worker.free(offering.offer.pool());
    if (free == 0) {
      return worker.goesAhead(offering.offer.pool()) ? AHEAD : NONE;
    }
    return (int) (1 + (free * (LEVELS - 1) - 1) / worker.slots.of(offering.offer.pool()));
  }

  /** It was given a task: behind the others of its level. */
  void used(Offering offering) {
    move(offering, level(offering));
  }

  /** It may have more room than before. */
  void raise(Offering offering) {
    int actual = level(offering);
    if (actual > offering.level) {
      move(offering, actual);
    }
  }

  void add(Offering offering) {
    link(offering, level(offering));
  }

  void remove(Offering offering) {
    unlink(offering);
  }

  private void move(Offering offering, int level) {
    unlink(offering);
    link(offering, level);
  }

  private void link(Offering offering, int level) {
    offering.level = level;
    if (level == NONE) {
      offering.next = idle;
      if (idle != null) {
        idle.previous = offering;
      }
      idle = offering;
      return;
    }
    offering.previous = last[level];
    if (last[level] == null) {
      first[level] = offering;
      occupied |= 1L << level;
    } else {
      last[level].next = offering;
    }
    last[level] = offering;
  }

  private void unlink(Offering offering) {
    int level = offering.level;
    if (offering.previous != null) {
      offering.previous.next = offering.next;
    } else if (level == NONE) {
      idle = offering.next;
    } else {
      first[level] = offering.next;
    }
    if (offering.next != null) {
      offering.next.previous = offering.previous;
    } else if (level != NONE) {
      last[level] = offering.previous;
    }
    if (level != NONE && first[level] == null) {
      occupied &= ~(1L << level);
    }
    offering.previous = null;
    offering.next = null;
  }

  /** All of them, those with the most room first. */
  Stream<Offering> all() {
    return Stream.concat(
        IntStream.iterate(LEVELS - 1, level -> level >= 0, level -> level - 1)
            .mapToObj(level -> first[level])
            .flatMap(Offers::row),
        row(idle));
  }

  private static Stream<Offering> row(Offering head) {
    return Stream.iterate(head, each -> each != null, each -> each.next);
  }
}
