package dev.errand.bench;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.FramePort;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.Now;
import dev.errand.dispatcher.core.PayloadCheck;
import dev.errand.protocol.frame.Header;
import java.util.Random;

/**
 * A dispatcher's core, driven as its shell does it, on a store that is durable at once. The only
 * class here that knows how a core is made and what a turn takes.
 */
final class CoreDoor {

  static final int CLUSTER = Header.cluster("bench");

  private static final CoreSettings SETTINGS =
      new CoreSettings(
          CLUSTER,
          0x5707e,
          1,
          new CoreSettings.Limits(1 << 20, 1 << 20, 10_000_000, 8L << 30),
          new CoreSettings.Defaults(LayoutProbe.TIMEOUT_MILLIS, 3, 1_000),
          CoreSettings.Timings.USUAL);

  private final DispatcherCore core;

  /**
   * A core without tasks.
   *
   * @param checked whether payloads are checked to be JSON, as a dispatcher does it
   */
  CoreDoor(boolean checked, FramePort port, Now start) {
    PayloadCheck check = checked ? PayloadCheck.json() : payload -> null;
    core = new DispatcherCore(SETTINGS, check, new Random(1), port, start);
  }

  byte[] request(byte[] frame, Now now) {
    return core.request(frame, now);
  }

  void receive(byte[] frame, Now now) {
    core.receive(frame, now);
  }

  void tick(Now now) {
    core.tick(now);
  }

  /** What the shell does once per turn. */
  void endTurn(Now now) {
    Changes changes = core.changes();
    if (changes != null) {
      core.durable(changes.number());
    }
    core.flush(now);
  }

  /**
   * Looks that the rounds did what they are measured for.
   *
   * @throws IllegalStateException if not
   */
  void check(long queued, long running) {
    Ledger ledger = core.ledger();
    boolean right =
        ledger.queued() == queued
            && ledger.running() == running
            && ledger.scheduled() + ledger.failed() + ledger.cancelled() == 0
            && ledger.submitted() == queued + running + ledger.succeeded()
            && core.counters().malformed() + core.counters().stale() == 0;
    if (!right) {
      throw new IllegalStateException(
          "not " + queued + " queued and " + running + " running: " + ledger + core.counters());
    }
  }
}
