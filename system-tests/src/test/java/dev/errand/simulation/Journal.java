package dev.errand.simulation;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * What happened in one simulation: five numbers an event, made readable only when somebody wants to
 * read it. Owner: the simulation's thread.
 */
final class Journal {

  /** What can happen; the two numbers that go with it are named where they are rendered. */
  enum Event {
    SUBMITTED,
    RECORDED,
    ACCEPTED,
    GRANTED,
    STARTED,
    CANCEL_ASKED,
    HANDLER_ENDED,
    OUTCOME_ARRIVED,
    LEASE_ENDED,
    LEASE_ADOPTED,
    MOVED,
    END_APPENDED,
    END_RECORDED,
    TOLD,
    PEER_JOINED,
    PEER_GONE,
    PEER_LINKED,
    PEER_GIVEN_UP,
    CANCEL_ORDERED,
    RETRY_ORDERED,
    TYPE_SET,
    DRAIN_ORDERED,
    DISPATCHER_GONE,
    DISPATCHER_BEGINS,
    RECOVERED,
    FAULT,
    HEALED
  }

  private static final int WIDTH = 5;

  private long[] numbers = new long[WIDTH * 4_096];
  private int length;

  void note(long now, Event event, long task, long first, long second) {
    if (length == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * length);
    }
    numbers[length] = now;
    numbers[length + 1] = event.ordinal();
    numbers[length + 2] = task;
    numbers[length + 3] = first;
    numbers[length + 4] = second;
    length += WIDTH;
  }

  /** Tells two courses of events apart. */
  int fingerprint() {
    return Arrays.hashCode(Arrays.copyOf(numbers, length));
  }

  /** Everything. */
  String everything() {
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < length; at += WIDTH) {
      render(at, true, text);
    }
    return text.toString();
  }

  /** What happened to that task, and meanwhile to those that had to do with it. */
  String of(long task) {
    Set<Long> peers = new HashSet<>();
    int begin = length;
    for (int at = 0; at < length; at += WIDTH) {
      if (numbers[at + 2] == task) {
        begin = Math.min(begin, at);
        if (numbers[at + 1] == Event.GRANTED.ordinal()
            || numbers[at + 1] == Event.ACCEPTED.ordinal()) {
          peers.add(numbers[at + 3]);
        }
      }
    }
    StringBuilder text = new StringBuilder();
    for (int at = begin; at < length; at += WIDTH) {
      boolean concerned =
          numbers[at + 2] == task
              || numbers[at + 2] == 0
                  && (numbers[at + 3] == 0
                      || numbers[at + 1] == Event.TYPE_SET.ordinal()
                      || peers.contains(numbers[at + 3]));
      if (concerned) {
        render(at, false, text);
      }
    }
    return text.toString();
  }

  private void render(int at, boolean withTask, StringBuilder text) {
    Event event = Event.values()[(int) numbers[at + 1]];
    long task = numbers[at + 2];
    text.append("%12.3f ms  ".formatted(numbers[at] / 1e6));
    if (withTask) {
      text.append(task == 0 ? " ".repeat(26) : "task %-20d ".formatted(task));
    }
    text.append(line(event, numbers[at + 3], numbers[at + 4])).append('\n');
  }

  private static String line(Event event, long first, long second) {
    return switch (event) {
      case SUBMITTED -> "submitted as number " + first;
      case RECORDED -> "its submission is durable";
      case ACCEPTED -> peer(first) + " hears that it is accepted";
      case GRANTED -> "granted to " + peer(first) + ", lease " + lease(second);
      case STARTED -> peer(first) + " starts it, lease " + lease(second);
      case CANCEL_ASKED -> peer(first) + " asks its handler to stop, lease " + lease(second);
      case HANDLER_ENDED -> peer(first) + ": the handler came to something, lease " + lease(second);
      case OUTCOME_ARRIVED -> "an outcome of " + peer(first) + " arrives, lease " + lease(second);
      case LEASE_ENDED ->
          "lease " + lease(first) + " ends: " + LeaseRecord.Status.values()[(int) second];
      case LEASE_ADOPTED -> "lease " + lease(first) + " goes on at " + peer(second);
      case MOVED -> "  " + Place.of((int) first) + " -> " + Place.of((int) second);
      case END_APPENDED -> "its end goes to the store";
      case END_RECORDED -> "its end is durable";
      case TOLD -> peer(first) + " hears of its end";
      case PEER_JOINED -> peer(first) + " begins";
      case PEER_GONE -> peer(first) + " is gone";
      case PEER_LINKED -> peer(first) + " is linked, session " + second;
      case PEER_GIVEN_UP -> peer(first) + " is given up";
      case CANCEL_ORDERED -> "it is to be cancelled";
      case RETRY_ORDERED -> "it is to be tried again, generation " + first;
      case TYPE_SET ->
          "a type is set: " + (first == 1 ? "paused" : "not paused") + ", limit " + second;
      case DRAIN_ORDERED -> peer(first) + " is told to leave";
      case DISPATCHER_GONE -> "the dispatcher is gone";
      case DISPATCHER_BEGINS -> "a dispatcher begins, epoch " + second;
      case RECOVERED -> "recovered, attempts " + first + ", losses " + second;
      case FAULT ->
          "fault: " + Fault.values()[(int) second] + (first == 0 ? "" : ", " + peer(first));
      case HEALED -> "all faults are healed";
    };
  }

  /** A number of a worker or client: which one, and which of its lives. */
  static String peer(long incarnation) {
    long which = incarnation / Node.LIVES;
    String name =
        which >= Node.FIRST_CLIENT ? "client " + (which - Node.FIRST_CLIENT) : "worker " + which;
    return name + " (life " + incarnation % Node.LIVES + ")";
  }

  private static String lease(long id) {
    return (id >>> 41) + "." + (id & (1L << 41) - 1);
  }
}
