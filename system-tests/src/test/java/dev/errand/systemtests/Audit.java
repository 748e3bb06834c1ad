package dev.errand.systemtests;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;

/** Reads the dispatcher's books, and has the checker look at all that was recorded. */
final class Audit {

  private static final Duration HEALED = Duration.ofSeconds(60);

  private final Recording recording;
  private final Callable<Books> books;

  /**
   * An audit.
   *
   * @param books as the dispatcher has them now
   */
  Audit(Recording recording, Callable<Books> books) {
    this.recording = recording;
    this.books = books;
  }

  /** Records them. */
  Books readBooks() throws Exception {
    int since = recording.size();
    Books now = books.call();
    recording.add(new Event.Read(since, now));
    return now;
  }

  /**
   * Submits nothing more. What there is has a minute to end; then each task is looked for once
   * more.
   *
   * @param notes of what has run
   */
  void finish(RecordingClient client, Path notes) throws Exception {
    client.drain(HEALED);
    awaitEmptyBooks();
    client.look(recording.acknowledged(0));
    readBooks();
    NotingHandler.noted(notes).forEach(name -> recording.add(new Event.Ran(name)));
  }

  /** Tasks whose submission was never answered end as well; the checker sees if they do not. */
  private void awaitEmptyBooks() {
    try {
      await()
          .atMost(HEALED)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> readBooks().open() == 0);
    } catch (ConditionTimeoutException e) {
      System.out.println("not all has ended: " + e.getMessage());
    }
  }

  /** What the checker says; if that is not fine, all that happened is in a file. */
  Verdict verdict(long seed) throws Exception {
    Verdict verdict = Checker.check(recording.events());
    System.out.println("seed " + seed + ": " + verdict);
    if (!verdict.fine()) {
      Path file = Path.of("target", "recordings", seed + ".txt").toAbsolutePath();
      System.out.println("all that happened is in " + recording.write(file));
    }
    return verdict;
  }
}
