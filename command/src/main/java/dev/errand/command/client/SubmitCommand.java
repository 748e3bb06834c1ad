package dev.errand.command.client;

import dev.errand.config.launch.ExitCode;
import dev.errand.config.launch.NodeFailure;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.JsonText;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Submits one task, or a file of them, and prints what becomes of them. */
@Command(
    name = "submit",
    header = "Submits a task, or a file of them, and prints what becomes of them.",
    customSynopsis = {
      "errand submit [OPTIONS] TYPE [PAYLOAD]",
      "       errand submit [OPTIONS] --file FILE|- [TYPE]"
    },
    description = {
      "",
      "One task: it is printed on standard output as a line of JSON when it has ended.",
      "",
      "A file: each line is a task, {\"type\": \"square\", \"payload\": 423}, or, if TYPE is given, a"
          + " payload. The tasks are printed as lines of JSON as they end. A batch that was broken"
          + " off, by Ctrl-C or by anything else, is resumed by the same command with its --batch:"
          + " that adds no task twice, and prints all results anew. While the dispatcher is away"
          + " for a short time, or is full, the command waits and goes on by itself, also with"
          + " lines from a pipe (-); to resume a batch from a pipe, feed it the same lines again."
          + " Blank lines are skipped, but have a number.",
      ""
    },
    optionListHeading = "%n",
    footer = {
      "",
      "ERRAND_URL    where the dispatcher is (http://127.0.0.1:8080)",
      "ERRAND_TOKEN  what http.tokens of the dispatcher asks for",
      "ERRAND_CA     a PEM file with the certificates to trust, if not the system's",
      "",
      "Exit codes: 0 all succeeded, 1 some task failed or was cancelled, or a line was rejected,"
          + " 2 wrong use, or the dispatcher refuses, such as for want of a token, 4 no dispatcher"
          + " answers, 5 --wait is over, 130 after Ctrl-C."
    },
    mixinStandardHelpOptions = true)
public final class SubmitCommand implements Callable<Integer> {

  private static final int SHOWN_PROBLEM = 200;
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9@%+=:,./_-]+");

  @Parameters(index = "0", arity = "0..1", paramLabel = "TYPE", description = "which handler")
  private String type;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PAYLOAD",
      description = "JSON; a string needs its own quotes: '\"text\"' (null)")
  private String payload;

  @Option(
      names = "--file",
      paramLabel = "FILE|-",
      description = "a task, or with TYPE a payload, in each line; -: standard input")
  private String file;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      converter = DurationOption.class,
      description =
          "how long to wait for the end; else for one task the dispatcher's defaults.wait, for a"
              + " file as long as it takes; 0s: only submit")
  private Duration wait;

  @Option(names = "--batch", paramLabel = "ID", description = "the batch's id; else a new one")
  private String batch;

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "one task only: submitted again with the same key it is the same task")
  private String key;

  @Option(names = "--in-order", description = "print results in the file's order, not as they come")
  private boolean inOrder;

  @Option(names = "--no-results", description = "only upload; as --wait 0s")
  private boolean noResults;

  @Option(
      names = "--retry-for",
      paramLabel = "DURATION",
      converter = DurationOption.class,
      defaultValue = "2m",
      description = "how long to wait for a dispatcher that has gone away (${DEFAULT-VALUE})")
  private Duration retryFor;

  @Mixin private TaskOptions options;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final Surroundings around;

  /** A command with these streams and variables. */
  public SubmitCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (batch != null && !BatchPlace.ID_PATTERN.matcher(batch).matches()) {
      throw wrong("--batch '" + batch + "' must match " + BatchPlace.ID_PATTERN);
    }
    return file == null ? submitOne() : submitFile();
  }

  private CommandLine.ParameterException wrong(String line) {
    return new CommandLine.ParameterException(spec.commandLine(), line);
  }

  private int submitOne() throws IOException, InterruptedException {
    if (type == null) {
      throw wrong("Name a type and a payload, or --file.");
    }
    if (inOrder || noResults) {
      throw wrong("--in-order and --no-results belong to --file.");
    }
    String given = payload == null ? "null" : payload;
    checkPayload(given);
    JsonObject fields = options.fields();
    if (batch != null) {
      fields.put("batch", batch);
    }
    // With a key it can be sent again when an answer is lost.
    fields.put("idempotencyKey", key == null ? "submit-" + UUID.randomUUID() : key);
    Segments.Wrapping around = wrapping(fields);
    return new SingleSubmission(this.around, Server.of(this.around.environment()), wait, retryFor)
        .submit(around.before().text() + given + around.after().text());
  }

  private void checkPayload(String text) {
    String problem = JsonText.problem(Bytes.of(text));
    if (problem != null) {
      String shown =
          problem.length() > SHOWN_PROBLEM ? problem.substring(0, SHOWN_PROBLEM) : problem;
      throw wrong(
          "PAYLOAD " + shown + ". A string needs quotes within quotes: '\"" + "text" + "\"'.");
    }
  }

  /** The payload stays as it was written: a number may have more digits than a double. */
  private Segments.Wrapping wrapping(JsonObject fields) {
    String before = new JsonObject().put("type", type).mergeIn(fields).encode();
    return new Segments.Wrapping(
        Bytes.of(before.substring(0, before.length() - 1) + ",\"payload\":"), Bytes.of("}"));
  }

  private int submitFile() throws IOException, InterruptedException {
    JsonObject fields = options.fields();
    if (payload != null) {
      throw wrong("With --file there is no PAYLOAD: the lines are it.");
    }
    if (key != null) {
      throw wrong("--idempotency-key is of one task; in a file the number of a line is its key.");
    }
    if (type == null && !fields.isEmpty()) {
      throw wrong(
          "Without TYPE each line says itself how it is to be run: leave these options out.");
    }
    Server server = Server.of(around.environment());
    BatchSubmission submission = new BatchSubmission(around, server, plan());
    try (InputStream in = open()) {
      return submission.run(in, type == null ? null : wrapping(fields));
    }
  }

  private InputStream open() throws IOException {
    if (file.equals("-")) {
      return around.in();
    }
    try {
      if (Files.isDirectory(Path.of(file))) {
        throw new FileSystemException(file, null, "it is a folder");
      }
      return Files.newInputStream(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new NodeFailure(ExitCode.USAGE, "--file " + file + " is not there");
    } catch (FileSystemException e) {
      String why = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
      throw new NodeFailure(ExitCode.USAGE, "--file " + file + " can't be read: " + why);
    }
  }

  private BatchSubmission.Plan plan() {
    String id = batch == null ? "b" + UUID.randomUUID().toString().replace("-", "") : batch;
    boolean isUploadOnly = noResults || (wait != null && wait.isZero());
    String query = inOrder ? "?order=line" : "";
    return new BatchSubmission.Plan(
        id, isUploadOnly ? null : query, isUploadOnly ? null : wait, retryFor, resume(id));
  }

  /** This command, with the batch's id, and what it has to be given. */
  private String resume(String id) {
    CommandLine root = spec.root().commandLine();
    List<String> words = new ArrayList<>(List.of("./errand"));
    words.addAll(root.getParseResult().originalArgs());
    if (batch == null) {
      words.addAll(List.of("--batch", id));
    }
    String command = words.stream().map(SubmitCommand::quoted).collect(Collectors.joining(" "));
    return file.equals("-") ? "feed the same lines to " + command : command;
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
