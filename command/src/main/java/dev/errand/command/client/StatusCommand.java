package dev.errand.command.client;

import dev.errand.config.launch.ExitCode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows how the dispatcher, its queues and its workers are. */
@Command(
    name = "status",
    header = "Shows the verdict, the ledger, the queues and the workers of a dispatcher.",
    description = {
      "",
      "The verdict comes first: what is wrong, if anything, why, and what to do. The ledger counts"
          + " tasks since the store was made.",
      ""
    },
    optionListHeading = "%n",
    footer = {
      "",
      "ERRAND_URL    where the dispatcher is (http://127.0.0.1:8080)",
      "ERRAND_TOKEN  what http.tokens of the dispatcher asks for",
      "ERRAND_CA     a PEM file with the certificates to trust, if not the system's",
      "",
      "Exit codes: 0 shown, whatever the verdict, 2 wrong use, or the dispatcher refuses, such as"
          + " for want of a token, 4 no dispatcher answers, 130 after Ctrl-C."
    },
    mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {

  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration EACH = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofMinutes(2);
  private static final String HOME_AND_CLEAR = "\033[H\033[2J";

  @Option(names = "--watch", description = "show it anew each second, until Ctrl-C")
  private boolean watch;

  @Option(names = "--json", description = "as the dispatcher's JSON, in one line")
  private boolean asJson;

  private final Surroundings around;

  /** A command with these streams and variables. */
  public StatusCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Server server = Server.of(around.environment());
    if (watch) {
      watch(server);
    } else {
      around.print(once(server));
    }
    return ExitCode.DONE;
  }

  private String once(Server server) throws InterruptedException {
    try {
      return text(stats(ask(server)));
    } catch (IOException e) {
      throw server.unreachable(e);
    }
  }

  private void watch(Server server) throws InterruptedException {
    Patience patience = new Patience(server, new Screen(around), RETRY);
    boolean isOver = false;
    while (!isOver) {
      try {
        Answer answer = ask(server);
        if (answer.isAway()) {
          throw new IOException(answer.detail());
        }
        patience.answered();
        isOver = !isRead(text(stats(answer)));
      } catch (IOException e) {
        patience.pause(e);
      }
      patience.waitFor(isOver ? Duration.ZERO : EACH);
    }
  }

  /** Whoever reads the standard output may have had enough. */
  private boolean isRead(String text) {
    try {
      around.print(text);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Answer ask(Server server) throws IOException, InterruptedException {
    return server.ask(server.request("/stats").timeout(ANSWER).GET().build());
  }

  private static JsonObject stats(Answer answer) throws IOException {
    if (!answer.isFine()) {
      throw answer.failure();
    }
    JsonObject stats = answer.json();
    if (stats.isEmpty()) {
      throw Answer.ofSomeoneElse();
    }
    return stats;
  }

  private String text(JsonObject stats) throws IOException {
    String text = asJson ? stats.encode() + "\n" : table(stats);
    boolean isRedrawn = watch && !asJson && around.onTerminal();
    return isRedrawn ? HOME_AND_CLEAR + text : text;
  }

  private static String table(JsonObject stats) throws IOException {
    try {
      return StatusText.of(stats);
    } catch (ClassCastException e) {
      throw Answer.ofSomeoneElse();
    }
  }
}
