package dev.errand.command.client;

import dev.errand.config.settings.Quantities;
import java.io.PrintStream;
import java.time.Duration;

/**
 * Standard error: lines that stay and, on a terminal, below them one that is drawn anew. Any thread
 * may write.
 */
final class Screen {

  private static final String CLEAR = "\r\033[K";
  private static final long SAME_OUTAGE_NANOS = 10_000_000_000L;

  private final PrintStream err;
  private final boolean onTerminal;
  private String shown = "";
  private long awaySaid = Long.MIN_VALUE;

  Screen(Surroundings around) {
    this.err = around.err();
    this.onTerminal = around.onTerminal();
  }

  /** A line that stays. */
  synchronized void say(String line) {
    String kept = shown;
    progress("");
    err.println("errand: " + Visible.text(line));
    err.flush();
    progress(kept);
  }

  /** The line that is drawn anew; nothing unless a person looks on. */
  synchronized void progress(String line) {
    if (onTerminal && !(shown.isEmpty() && line.isEmpty())) {
      err.print(CLEAR + line);
      err.flush();
      shown = line;
    }
  }

  boolean onTerminal() {
    return onTerminal;
  }

  /** The dispatcher does not answer; whoever notices, it is told once. */
  synchronized void away(String why, Duration patience) {
    long now = System.nanoTime();
    if (awaySaid == Long.MIN_VALUE || now - awaySaid > SAME_OUTAGE_NANOS) {
      say("no answer (" + why + "); trying again for " + Quantities.text(patience));
    }
    awaySaid = now;
  }
}
