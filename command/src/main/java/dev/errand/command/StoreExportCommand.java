package dev.errand.command;

import dev.errand.config.launch.ExitCode;
import dev.errand.config.launch.NodeFailure;
import dev.errand.dispatcher.store.SavedTask;
import dev.errand.dispatcher.store.StoreInspection;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes the tasks of a store as lines of JSON, as far as they can be read. */
@Command(
    name = "export",
    description = "Writes each task of a store as a line of JSON, as far as it can be read.",
    mixinStandardHelpOptions = true)
final class StoreExportCommand implements Callable<Integer> {

  private static final int BUFFER_BYTES = 1 << 16;

  @Mixin private StoreFolder folder;

  @Option(
      names = "--to",
      paramLabel = "FILE",
      description = "the file to write; by default standard output")
  private Path to;

  @Option(names = "--unfinished", description = "only tasks that have not ended")
  private boolean unfinished;

  private int written;
  private int incomplete;

  @Override
  public Integer call() throws IOException {
    try (StoreInspection store = StoreInspection.open(folder.path());
        OutputStream out = new BufferedOutputStream(open(), BUFFER_BYTES);
        TaskLines lines = new TaskLines(out)) {
      store.read(saved -> write(saved, lines), folder.progress());
      lines.flush();
      return tell(store);
    } catch (UncheckedIOException e) {
      return ended(e.getCause());
    } catch (IOException e) {
      return ended(e);
    }
  }

  /** Whoever reads the standard output may have had enough. */
  private int ended(IOException e) throws IOException {
    if (to == null
        && String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("broken pipe")) {
      return ExitCode.DONE;
    }
    String where = to == null ? "the standard output" : to.toString();
    throw new IOException(where + " can't be written to: " + e.getMessage(), e);
  }

  private OutputStream open() throws IOException {
    if (to == null) {
      return new FileOutputStream(FileDescriptor.out);
    }
    if (Files.isDirectory(to)) {
      throw refused("is a folder: name a file");
    }
    if (Files.isRegularFile(to)) {
      throw refused("is there already: name another file, or move it away");
    }
    try {
      return Files.newOutputStream(to);
    } catch (NoSuchFileException e) {
      throw refused(
          "can't be made: the folder " + to.toAbsolutePath().getParent() + " is not there");
    } catch (AccessDeniedException e) {
      throw refused("can't be written: there is no right to");
    } catch (FileSystemException e) {
      throw refused("can't be written: " + e.getReason());
    }
  }

  private NodeFailure refused(String why) {
    return new NodeFailure(
        ExitCode.USAGE, "--to " + (to.toString().isEmpty() ? "''" : to) + " " + why);
  }

  private void write(SavedTask saved, TaskLines lines) {
    if (unfinished && saved.task().state().terminal()) {
      return;
    }
    try {
      lines.write(saved);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    written++;
    incomplete += saved.complete() ? 0 : 1;
  }

  private int tell(StoreInspection store) {
    store.problems().forEach(line -> System.err.println("damaged: " + line));
    System.err.println(written + " tasks written");
    if (store.problems().isEmpty()) {
      return ExitCode.DONE;
    }
    System.err.println(
        "errand: not all of the store can be read: "
            + incomplete
            + " of these tasks are incomplete, and others may be missing or be shown as they were"
            + " before their last change");
    return ExitCode.STORE_FAILED;
  }
}
