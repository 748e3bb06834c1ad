package dev.errand.command.client;

import dev.errand.config.launch.ExitCode;
import dev.errand.config.launch.NodeFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Uploads a batch, and copies its results meanwhile. Three daemon threads: one reads lines, one
 * sends them, one copies results.
 */
final class BatchSubmission {

  private static final long TICK_MILLIS = 250;
  private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Surroundings around;
  private final Server server;
  private final Plan plan;
  private final Screen screen;
  private final Tally tally;
  private final List<Thread> threads = new ArrayList<>();
  private final CompletableFuture<Void> broken = new CompletableFuture<>();
  private final long begun = System.nanoTime();

  /**
   * What is to be done.
   *
   * @param batch its id
   * @param results the query of its results; null: they are not asked for
   * @param limit how long all of it may take; null: as long as it takes
   * @param retryFor how long a dispatcher that is away is waited for
   * @param resume the command that goes on with the batch
   */
  record Plan(String batch, String results, Duration limit, Duration retryFor, String resume) {

    private String path() {
      return "/batches/" + batch;
    }
  }

  BatchSubmission(Surroundings around, Server server, Plan plan) {
    this.around = around;
    this.server = server;
    this.plan = plan;
    this.screen = new Screen(around);
    this.tally = new Tally(screen);
  }

  /**
   * Does it.
   *
   * @param wrapping null: each line is a task
   * @return an {@link ExitCode}
   * @throws NodeFailure if it can't be done; how to go on has been said then
   */
  int run(InputStream in, Segments.Wrapping wrapping) throws IOException, InterruptedException {
    OnInterrupt onInterrupt = new OnInterrupt(this::brokenOff);
    try {
      boolean isDone = work(new Segments(in, wrapping, this::rejectedHere));
      sum();
      if (!isDone) {
        screen.say("--wait is over");
        sayHowToResume();
        return ExitCode.WAIT_EXPIRED;
      }
    } catch (NodeFailure | IOException e) {
      brokenOff();
      throw e;
    } finally {
      threads.forEach(Thread::interrupt);
      onInterrupt.close();
    }
    Tally.Figures figures = tally.figures();
    boolean isWell = figures.succeeded() == figures.done() && figures.rejected() == 0;
    return isWell ? ExitCode.DONE : ExitCode.FAILED;
  }

  private void rejectedHere(long line, String problem) {
    // It is counted as if it had been sent.
    tally.rejected(line, problem);
    tally.sent(1);
  }

  /** Whether all has ended in time. */
  private boolean work(Segments segments) throws IOException, InterruptedException {
    start("errand-lines", segments::read);
    Upload upload = new Upload(server, plan.batch(), tally, screen, patience());
    CompletableFuture<Void> all = start("errand-upload", () -> upload.send(segments));
    Results results =
        new Results(
            server, plan.path() + "/results" + plan.results(), tally, patience(), around.out());
    if (plan.results() != null) {
      all = CompletableFuture.allOf(all, start("errand-results", results::copy));
    }
    return await(CompletableFuture.anyOf(all, broken), results);
  }

  private Patience patience() {
    return new Patience(server, screen, plan.retryFor());
  }

  /** What a thread does. */
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private CompletableFuture<Void> start(String name, Work work) {
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
                end.complete(null);
              } catch (IOException | InterruptedException | RuntimeException | Error e) {
                broken.completeExceptionally(e);
              }
            },
            name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
    return end;
  }

  private boolean await(CompletableFuture<Object> end, Results results)
      throws IOException, InterruptedException {
    BatchProgress progress = new BatchProgress(plan.results() != null);
    while (true) {
      try {
        end.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
        return true;
      } catch (TimeoutException e) {
        long now = System.nanoTime();
        if (plan.limit() != null && now - begun > plan.limit().toNanos()) {
          return false;
        }
        screen.progress(progress.line(tally.figures(), now));
        results.probe(plan.path());
      } catch (ExecutionException e) {
        throw rethrown(e.getCause());
      }
    }
  }

  private static RuntimeException rethrown(Throwable cause) throws IOException {
    if (cause instanceof IOException e) {
      throw e;
    }
    if (cause instanceof RuntimeException e) {
      return e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    throw new InterruptedIOException(cause.toString());
  }

  private void brokenOff() {
    sum();
    sayHowToResume();
  }

  private void sum() {
    screen.progress("");
    Tally.Figures end = tally.figures();
    // What is on its way may have been taken.
    String least = end.isUploaded() ? "" : "at least ";
    double seconds = (System.nanoTime() - begun) / SECOND_NANOS;
    String rejected = end.rejected() == 0 ? "" : ", " + end.rejected() + " lines rejected";
    String ended =
        plan.results() == null ? "" : "; " + end.succeeded() + " succeeded, " + end.notSucceeded();
    long counted = plan.results() == null ? end.taken() : end.done();
    screen.say(
        String.format(
            java.util.Locale.ROOT,
            "batch %s: %s%d tasks taken%s%s, in %.1f s (%.0f/s)",
            plan.batch(),
            least,
            end.taken(),
            rejected,
            ended,
            seconds,
            counted / seconds));
  }

  private void sayHowToResume() {
    screen.say("to go on, which adds no task twice: " + plan.resume());
  }
}
