package dev.errand.systemtests;

import dev.errand.protocol.Task;

/** What happened at a client, or what it saw. */
sealed interface Event {

  /** An order leaves; one that is repeated has another number each time. */
  record Submitted(int number, Order order) implements Event {}

  /** The dispatcher has it, under that id. */
  record Acknowledged(int number, String id) implements Event {}

  /** The dispatcher will not have it. */
  record Refused(int number, String why) implements Event {}

  /** Nobody knows whether the dispatcher has it. */
  record Unanswered(int number, String why) implements Event {}

  /** The dispatcher told that it has ended. */
  record Ended(String id, Task task) implements Event {}

  /** The dispatcher told that there is no such task. */
  record Gone(String id) implements Event {}

  /** It is to be tried again. */
  record Retrying(String id) implements Event {}

  /** The dispatcher has said that it is tried again. */
  record Retried(String id) implements Event {}

  /** The dispatcher was asked for it after that many events; null: it knows no such task. */
  record Found(int since, String id, Task task) implements Event {}

  /** The dispatcher's books were read; the reading began after that many events. */
  record Read(int since, Books books) implements Event {}

  /** A worker has begun to run the order of that name. */
  record Ran(String name) implements Event {}
}
