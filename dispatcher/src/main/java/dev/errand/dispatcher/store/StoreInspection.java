package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.MalformedFrameException;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;

/**
 * Reads the folder of a dispatcher that is down: all of it, and what is damaged as far as that
 * goes. Nothing in the folder changes, and no dispatcher can open it meanwhile. Owner: the thread
 * that opened it; all methods block.
 */
public final class StoreInspection implements AutoCloseable {

  /** Who is told how far it is. */
  public interface Progress {
    /**
     * So much is done.
     *
     * @param chunks that were read
     * @param of all that there are
     */
    void at(long chunks, long of);
  }

  // Where a task's records are: the places of two chunks, and the state by the second.
  private static final int WHOLE_SHIFT = 33;
  private static final int LAST_SHIFT = 3;
  private static final int PLACE_BITS = (1 << 30) - 1;
  private static final int STATE_BITS = 7;

  private final Set<String> problems = new LinkedHashSet<>();
  private final LongArrayList chunks = new LongArrayList();
  private final Long2LongOpenHashMap places = new Long2LongOpenHashMap();
  private final FolderLock lock;
  private final SavedDisk saved;
  private final Notes notes;
  private final ChunkFiles files;

  private StoreInspection(Path folder, FolderLock lock) throws IOException {
    this.lock = lock;
    this.saved = SavedDisk.open(folder, problems::add);
    this.notes = new Notes(saved.disk());
    this.files = new ChunkFiles(saved.disk(), saved.others());
    places.defaultReturnValue(-1);
  }

  /**
   * Opens the folder, and finds out which tasks there are.
   *
   * @throws NoStoreException if there is none, or a dispatcher has it
   * @throws StoreException if it is a newer version's, or nothing can be read of it at all
   */
  public static StoreInspection open(Path folder) {
    try {
      needStore(folder);
      return open(folder, FolderLock.toRead(folder));
    } catch (FolderLock.HeldException e) {
      throw new NoStoreException(e.getMessage() + ": stop that first");
    } catch (IOException e) {
      throw new StoreException(
          "the store in " + folder.toAbsolutePath() + " can't be read: " + StoreException.why(e),
          e);
    }
  }

  private static StoreInspection open(Path folder, FolderLock lock) throws IOException {
    try {
      return found(folder, new StoreInspection(folder, lock));
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static StoreInspection found(Path folder, StoreInspection inspection) throws IOException {
    try {
      inspection.find(folder);
      return inspection;
    } catch (IOException | RuntimeException e) {
      inspection.saved.close();
      throw e;
    }
  }

  private static void needStore(Path folder) throws IOException {
    if (SavedDisk.isStore(folder)) {
      return;
    }
    if (new Mark(folder).isThere()) {
      throw new StoreException(
          "all files of the store in "
              + folder.toAbsolutePath()
              + " are missing: bring the folder back from a copy");
    }
    throw new NoStoreException(
        "there is no store in "
            + folder.toAbsolutePath()
            + ": name the folder that a dispatcher has as its store.path");
  }

  private void find(Path folder) throws IOException {
    try {
      notes.read(folder);
    } catch (RocksDBException | MalformedFrameException e) {
      problem(e.getMessage());
    }
    LongOpenHashSet found = new LongOpenHashSet();
    files.find(found);
    long[] numbers = found.toLongArray();
    Arrays.sort(numbers);
    for (long number : numbers) {
      try {
        ChunkReader heads = files.find(number);
        if (heads != null) {
          replay(number, heads);
        }
      } catch (RocksDBException e) {
        problem(ChunkFiles.ofChunk(number, e));
      } catch (MalformedFrameException e) {
        problem("chunk " + number + ": " + e.getMessage());
      }
    }
    lookWhetherAllAreThere(folder);
  }

  /** What is cut off looks like the end of what was written. */
  private void lookWhetherAllAreThere(Path folder) throws IOException {
    long newest = chunks.isEmpty() ? 0 : chunks.getLong(chunks.size() - 1);
    try {
      Notes.Chunks kept = notes.chunks();
      newest = Math.max(newest, kept.newest());
      long sum = chunks.longStream().sum();
      if (chunks.size() != kept.count() || sum != kept.sum()) {
        problem("there were " + kept.count() + " chunks, and " + chunks.size() + " can be read");
      }
    } catch (RocksDBException e) {
      problem(e.getMessage());
    }
    String missing = new Mark(folder).problem(newest);
    if (missing != null) {
      problem(missing);
    }
  }

  private void problem(String line) {
    problems.add(saved.shown(String.valueOf(line)));
  }

  /** In the order of the chunks, as a store goes through them at its start. */
  private void replay(long number, ChunkReader reader) throws MalformedFrameException {
    long place = chunks.size();
    chunks.add(number);
    while (reader.next()) {
      long id = reader.id();
      long before = places.get(id);
      if (reader.isForgotten()) {
        places.remove(id);
      } else if (reader.isWhole() || before >= 0) {
        long whole = reader.isWhole() ? place : before >>> WHOLE_SHIFT;
        places.put(id, whole << WHOLE_SHIFT | place << LAST_SHIFT | reader.state().ordinal());
      }
    }
  }

  /** Which store it is. */
  public long id() {
    return notes.id();
  }

  /** How many lives of dispatchers it has had. */
  public int epoch() {
    return notes.epoch();
  }

  /** The version of its form. */
  public int schema() {
    return Notes.SCHEMA;
  }

  /** What was set for types. */
  public List<TypeSettings> types() {
    try {
      return notes.types();
    } catch (RocksDBException | MalformedFrameException e) {
      problem(e.getMessage());
      return List.of();
    }
  }

  /** How many tasks there are. */
  public int tasks() {
    return places.size();
  }

  /** What can't be read, a line each; more may be found while the tasks are read. */
  public Collection<String> problems() {
    return problems;
  }

  /**
   * Reads all tasks, nearly in the order in which they were submitted.
   *
   * @param to is shown each task of which there is what was submitted, or its head
   */
  public void read(Consumer<SavedTask> to, Progress progress) {
    OpenChunks open = new OpenChunks(files, this::problem);
    for (int place = 0; place < chunks.size(); place++) {
      progress.at(place, chunks.size());
      ChunkReader wholes = open.get(chunks.getLong(place));
      if (wholes != null) {
        try {
          read(place, wholes, open, to);
        } catch (MalformedFrameException e) {
          problem("chunk " + chunks.getLong(place) + ": " + e.getMessage());
        }
      }
    }
    progress.at(chunks.size(), chunks.size());
  }

  private void read(int place, ChunkReader wholes, OpenChunks open, Consumer<SavedTask> to)
      throws MalformedFrameException {
    // The reader is moved about while tasks are read.
    List<Long> own = new ArrayList<>();
    wholes.rewind();
    while (wholes.next()) {
      if (wholes.isWhole() && places.get(wholes.id()) >>> WHOLE_SHIFT == place) {
        own.add(wholes.id());
      }
    }
    for (long id : own) {
      int last = (int) (places.get(id) >>> LAST_SHIFT) & PLACE_BITS;
      wholes.seek(id);
      to.accept(task(wholes, last == place ? wholes : open.get(chunks.getLong(last))));
    }
  }

  private SavedTask task(ChunkReader whole, ChunkReader last) throws MalformedFrameException {
    TaskSpec spec = whole.hasBodies() ? whole.spec() : head(whole);
    if (last != null && last.seek(spec.id()) && last.hasBodies()) {
      return new SavedTask(last.task(spec), whole.hasBodies());
    }
    return new SavedTask(head(spec, last), false);
  }

  /** What is known of a submission whose body is lost. */
  private static TaskSpec head(ChunkReader whole) throws MalformedFrameException {
    long id = whole.id();
    return new TaskSpec(
        id, whole.type(), null, whole.terms(), null, whole.batch(), TaskId.millis(id));
  }

  /** What is known of a task whose last body is lost. */
  private StoredTask head(TaskSpec spec, ChunkReader last) {
    TaskState state = TaskState.of((int) places.get(spec.id()) & STATE_BITS);
    long due = last == null ? 0 : last.due();
    return new StoredTask(
        spec, state, spec.submitted(), Tries.of(1, 0, 0, 0), null, null, null, due, null);
  }

  @Override
  public void close() {
    saved.close();
    lock.close();
  }
}
