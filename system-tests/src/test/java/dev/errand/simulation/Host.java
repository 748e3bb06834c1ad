package dev.errand.simulation;

import java.util.ArrayDeque;

/** A process: while it is frozen what comes to it waits; when it is dead nothing comes. */
abstract class Host {

  final Agenda agenda;
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private boolean frozen;
  private boolean dead;

  Host(Agenda agenda) {
    this.agenda = agenda;
  }

  /** Something comes to it from outside, or from its own timers. */
  final void on(Runnable step) {
    if (frozen) {
      held.add(step);
    } else if (!dead) {
      step.run();
    }
  }

  /** Its clockwork; ends with it, and misses what is due while it is frozen. */
  final void every(long nanos, Runnable step) {
    agenda.in(
        nanos,
        () -> {
          if (!dead) {
            if (!frozen) {
              step.run();
            }
            every(nanos, step);
          }
        });
  }

  final boolean dead() {
    return dead;
  }

  final boolean frozen() {
    return frozen;
  }

  final void die() {
    dead = true;
    frozen = false;
    held.clear();
  }

  final void freeze() {
    frozen = true;
  }

  /** Goes on, with what has come in between. */
  final void thaw() {
    frozen = false;
    for (Runnable next = held.poll(); next != null && !dead; next = held.poll()) {
      next.run();
    }
  }
}
