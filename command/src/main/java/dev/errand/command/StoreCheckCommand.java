package dev.errand.command;

import dev.errand.config.launch.ExitCode;
import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.dispatcher.store.SavedTask;
import dev.errand.dispatcher.store.StoreInspection;
import dev.errand.protocol.TaskState;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Reads a store to its end, and says what is in it and what can't be read. */
@Command(
    name = "check",
    description = "Reads all of a store, and says what is in it and what is damaged.",
    mixinStandardHelpOptions = true)
final class StoreCheckCommand implements Callable<Integer> {

  private static final int MOST_PROBLEMS = 100;

  @Mixin private StoreFolder folder;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final Map<TaskState, Integer> states = new EnumMap<>(TaskState.class);
  private final Map<String, Integer> types = new TreeMap<>();
  private int incomplete;
  private PrintWriter out;

  @Override
  public Integer call() throws IOException {
    out = spec.commandLine().getOut();
    Path path = folder.path();
    try (StoreInspection store = StoreInspection.open(path)) {
      store.read(this::count, folder.progress());
      say("store %s", path);
      say("schema %d, store id %016x, epoch %d", store.schema(), store.id(), store.epoch());
      say("%d tasks%s", store.tasks(), counts(states));
      types.forEach((type, tasks) -> say("type %s: %d tasks", type, tasks));
      store.types().forEach(this::tell);
      int code = tellProblems(store, path);
      if (out.checkError() || System.out.checkError()) {
        throw new IOException(
            "the standard output can't be written to: the disk is full, or it is closed");
      }
      return code;
    } finally {
      out.flush();
    }
  }

  private void count(SavedTask saved) {
    states.merge(saved.task().state(), 1, Integer::sum);
    types.merge(saved.task().spec().type(), 1, Integer::sum);
    incomplete += saved.complete() ? 0 : 1;
  }

  private static String counts(Map<TaskState, Integer> states) {
    return states.entrySet().stream()
        .map(each -> each.getValue() + " " + each.getKey().text())
        .collect(Collectors.joining(", ", states.isEmpty() ? "" : ": ", ""));
  }

  private void tell(TypeSettings type) {
    String paused = type.paused() ? " is paused;" : "";
    say("type %s:%s limit %s", type.type(), paused, type.limit() == 0 ? "none" : type.limit());
  }

  private int tellProblems(StoreInspection store, Path path) {
    int problems = store.problems().size();
    if (problems == 0) {
      say("all of it can be read");
      return ExitCode.DONE;
    }
    store.problems().stream().limit(MOST_PROBLEMS).forEach(line -> say("damaged: %s", line));
    if (problems > MOST_PROBLEMS) {
      say("damaged: %d more", problems - MOST_PROBLEMS);
    }
    say("%d of these tasks can be read in part only", incomplete);
    say(
        "the store is damaged: bring the folder back from a copy, or save what is readable by"
            + " ./errand store export %s --to tasks.ndjson",
        path);
    return ExitCode.STORE_FAILED;
  }

  private void say(String format, Object... values) {
    out.println(String.format(format, values));
  }
}
