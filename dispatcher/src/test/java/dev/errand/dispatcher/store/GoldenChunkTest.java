package dev.errand.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.HistoryEntry;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import dev.errand.protocol.frame.MalformedFrameException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two chunks as each version wrote them, which every later version has to read: the files are never
 * changed. A new version gets a file of its own beside them.
 */
class GoldenChunkTest {

  private static final long T = 1_700_000_000_000L;
  private static final Tries FRESH = new Tries(1, 0, 0, 0);
  private static final int NEWEST = 2;

  // What was submitted.
  private static final TaskSpec PLAIN = spec(1, "square", "423", Terms.NONE, null, null);
  private static final TaskSpec KEYED =
      spec(
          2,
          "resize",
          "{\"größe\": 7}",
          new Terms(90_000, 5, 250, 9, 0, 0, Map.of("gpu", "a100", "zone", "b")),
          "a key",
          null);
  private static final TaskSpec LATER =
      spec(3, "square", "3", new Terms(0, 1, 0, 4, 60_000, 3_600_000, Map.of()), null, null);
  private static final TaskSpec IN_BATCH =
      spec(4, "square", "null", Terms.NONE, null, new BatchPlace("batch-1", 17));

  // The first chunk: whole records.
  private static final StoredTask WAITS = waits(PLAIN, TaskState.QUEUED, 0);
  private static final StoredTask KEYED_WAITS = waits(KEYED, TaskState.QUEUED, 0);
  private static final StoredTask SCHEDULED = waits(LATER, TaskState.SCHEDULED, T + 60_000);
  private static final StoredTask BATCH_FAILED =
      new StoredTask(
          IN_BATCH,
          TaskState.FAILED,
          T + 5,
          new Tries(2, 3, 2, 1),
          new StoredTask.LastLease(77, -5, "worker-1", T + 10, 30_000, false),
          null,
          new TaskError(ErrorKind.TIMEOUT, "no outcome in 30 s", "at a.b.C"),
          T + 40_000,
          entry(HistoryEntry.Event.TIMED_OUT, 3, "worker-1", "no outcome")
              .behind(
                  entry(HistoryEntry.Event.LOST, 2, "worker-2", "")
                      .behind(entry(HistoryEntry.Event.RETRIED, 0, null, "by hand"))));

  // The second chunk: what changed, one task twice, and one that is kept no more.
  private static final StoredTask RUNS =
      new StoredTask(
          PLAIN,
          TaskState.RUNNING,
          T,
          new Tries(1, 1, 0, 0),
          new StoredTask.LastLease(1L << 41, 1L << 62, "worker-2", T + 100, 300_000, true),
          null,
          null,
          0,
          null);
  private static final StoredTask SUCCEEDED =
      new StoredTask(
          PLAIN,
          TaskState.SUCCEEDED,
          T,
          new Tries(1, 1, 0, 0),
          new StoredTask.LastLease(1L << 41, 1L << 62, "worker-2", T + 100, 300_000, false),
          Bytes.of("\"423 * 423 = 178929\""),
          null,
          T + 200,
          entry(HistoryEntry.Event.SUCCEEDED, 1, "worker-2", ""));
  private static final StoredTask CANCELLED =
      new StoredTask(KEYED, TaskState.CANCELLED, T, FRESH, null, null, null, T + 300, null);

  /** Told briefly. */
  private static final StoredTask KEYED_SUCCEEDED =
      new StoredTask(
          KEYED,
          TaskState.SUCCEEDED,
          KEYED.submitted(),
          Tries.ONE,
          new StoredTask.LastLease((1L << 41) + 3, -6, "worker-2", T + 100, 300_000, false),
          Bytes.of("7"),
          null,
          T + 200,
          entry(HistoryEntry.Event.SUCCEEDED, 1, "worker-2", T + 100, T + 200));

  private static final long FORGOTTEN = 99;

  private static TaskSpec spec(
      int number, String type, String payload, Terms terms, String key, BatchPlace batch) {
    return new TaskSpec(T << 22 | number, type, Bytes.of(payload), terms, key, batch, T + number);
  }

  private static StoredTask waits(TaskSpec spec, TaskState state, long due) {
    return new StoredTask(spec, state, spec.submitted(), FRESH, null, null, null, due, null);
  }

  private static HistoryEntry entry(
      HistoryEntry.Event event, int attempt, String worker, String reason) {
    return new HistoryEntry(event, attempt, worker, T + 1, T + 2, reason, null, 1);
  }

  private static HistoryEntry entry(
      HistoryEntry.Event event, int attempt, String worker, long from, long to) {
    return new HistoryEntry(event, attempt, worker, from, to, "", null, 1);
  }

  private static byte[] bytes(int version, String name) {
    Properties hex = new Properties();
    try (InputStream in =
        GoldenChunkTest.class.getResourceAsStream("chunks-" + version + ".properties")) {
      hex.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().parseHex(hex.getProperty(name));
  }

  private static ChunkReader chunk(int version, String name) throws MalformedFrameException {
    return new ChunkReader(bytes(version, name + ".heads"))
        .bodies(bytes(version, name + ".bodies"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatWasSubmittedIsRead(int version) throws MalformedFrameException {
    ChunkReader chunk = chunk(version, "whole");
    for (StoredTask task : List.of(WAITS, KEYED_WAITS, SCHEDULED, BATCH_FAILED)) {
      assertThat(chunk.next()).isTrue();
      assertThat(chunk.isWhole()).isTrue();
      head(chunk, task);
      assertThat(chunk.type()).isEqualTo(task.spec().type());
      assertThat(chunk.terms()).isEqualTo(task.spec().terms());
      assertThat(chunk.batch()).isEqualTo(task.spec().batch());
      assertThat(chunk.task()).isEqualTo(task);
    }
    assertThat(chunk.next()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatChangedIsRead(int version) throws MalformedFrameException {
    ChunkReader chunk = chunk(version, "rest");
    List<StoredTask> changed = new ArrayList<>(List.of(RUNS, CANCELLED, SUCCEEDED));
    if (version > 1) {
      changed.add(2, KEYED_SUCCEEDED);
    }
    for (StoredTask task : changed) {
      assertThat(chunk.next()).isTrue();
      assertThat(chunk.isWhole()).isFalse();
      assertThat(chunk.isForgotten()).isFalse();
      head(chunk, task);
      assertThat(chunk.task(task.spec())).isEqualTo(task);
    }
    assertThat(chunk.next()).isTrue();
    assertThat(chunk.isForgotten()).isTrue();
    assertThat(chunk.id()).isEqualTo(FORGOTTEN);
    assertThat(chunk.next()).isFalse();
    assertThat(chunk.seek(PLAIN.id())).isTrue();
    assertThat(chunk.task(PLAIN)).as("the last of two").isEqualTo(SUCCEEDED);
  }

  private static void head(ChunkReader chunk, StoredTask task) throws MalformedFrameException {
    assertThat(chunk.id()).isEqualTo(task.spec().id());
    assertThat(chunk.state()).isEqualTo(task.state());
    assertThat(chunk.due()).isEqualTo(task.due());
    assertThat(chunk.isKeyed()).isEqualTo(task.spec().key() != null);
    assertThat(chunk.isUntried()).isEqualTo(task.isUntried());
    assertThat(chunk.payloadBytes()).isEqualTo(task.spec().payload().length());
  }

  @Test
  void theFileHasWhatIsWritten() {
    ChunkWriter writer = new ChunkWriter();
    List.of(WAITS, KEYED_WAITS, SCHEDULED, BATCH_FAILED)
        .forEach(task -> writer.add(task, true, false));
    isWritten(writer, "whole");
    writer.add(RUNS, false, false);
    writer.add(CANCELLED, false, false);
    writer.add(KEYED_SUCCEEDED, false, true);
    writer.add(SUCCEEDED, false, true);
    writer.forget(FORGOTTEN);
    isWritten(writer, "rest");
  }

  private static void isWritten(ChunkWriter writer, String name) {
    byte[] bodies = writer.bodies();
    assertThat(HexFormat.of().formatHex(bodies))
        .isEqualTo(HexFormat.of().formatHex(bytes(NEWEST, name + ".bodies")));
    assertThat(HexFormat.of().formatHex(writer.finish()))
        .isEqualTo(HexFormat.of().formatHex(bytes(NEWEST, name + ".heads")));
  }
}
