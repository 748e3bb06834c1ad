package dev.errand.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.errand.config.settings.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** A folder that can't be a store's, or is not for this one. */
class StoreFolderTest extends ChunkStoreFixture {

  private static final byte[] SCHEMA = {'m', 's'};

  @Test
  void aSecondOneIsToldWhoHoldsTheFolder() {
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is held by process " + ProcessHandle.current().pid());
  }

  @Test
  void filesThatGoWhileItRunsEndIt() throws IOException {
    fill();
    copy(folder.resolve("empty"), folder.resolve("store"));
    now += 2_000;
    assertThatThrownBy(() -> store.write(List.of(), now))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("its files are gone");
    assertThatThrownBy(store::close).hasMessageContaining("its files are gone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"held-by", "tasks/LOCK"})
  void aLockThatWasDeletedOrReplacedEndsIt(String name) throws IOException {
    Path lock = folder.resolve("store").resolve(name);
    for (boolean replaced : new boolean[] {false, true}) {
      Files.delete(lock);
      if (replaced) {
        Files.createFile(lock);
      }
      now += 2_000;
      assertThatThrownBy(() -> store.write(List.of(), now))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(
              "store failed: " + lock + ", which keeps other dispatchers away, was");
      assertThatThrownBy(store::close).hasMessageContaining("was deleted or replaced");
      open();
    }
  }

  private void schema(int version) throws RocksDBException {
    try (Options options = new Options();
        RocksDB db = RocksDB.open(options, folder.resolve("store/tasks").toString())) {
      db.put(SCHEMA, new byte[] {0, 0, 0, (byte) version});
    }
  }

  @Test
  void aFolderOfAnotherVersionIsRefused() throws Exception {
    store.close();
    schema(99);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("was written by a newer Errand (schema 99");
    schema(1);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("was written by an Errand that was never released (schema 1");
  }

  @Test
  void aFolderOfAnOlderVersionIsReadAndIsOfThisOneThen() throws Exception {
    fill();
    store.close();
    schema(2);
    open();
    assertThat(store.recovered().tasks()).isNotEmpty();
    store.close();
    try (Options options = new Options();
        RocksDB db = RocksDB.open(options, folder.resolve("store/tasks").toString())) {
      assertThat(db.get(SCHEMA)).containsExactly(0, 0, 0, Notes.SCHEMA);
    }
    open();
  }

  @Test
  void aFolderThatCannotBeMadeIsRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    refused(file.resolve("store"), file.resolve("store") + ": Not a directory");
    refused(file, file + " is no folder");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("nowhere"));
    refused(link, link + " is a link to nothing");
    refused(Path.of("/proc/1/x"), "/proc/1/x is not there");
  }

  private static void refused(Path path, String why) {
    StoreSettings settings =
        new StoreSettings(StoreSettings.Kind.DISK, path, Duration.ZERO, Duration.ZERO, 1);
    assertThatThrownBy(() -> ChunkStore.open(settings))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "the store's folder "
                + path
                + " can't be made or written to ("
                + why
                + "): set store.path to one that can");
  }

  /** Root may write anywhere: for it there is a test with a disk that is read-only. */
  @Test
  void aFolderThatCannotBeWrittenToIsRefused() throws IOException {
    store.close();
    Path tasks = folder.resolve("store/tasks");
    Files.setPosixFilePermissions(tasks, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeFalse(Files.isWritable(tasks));
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("set store.path to one that can");
    } finally {
      Files.setPosixFilePermissions(tasks, PosixFilePermissions.fromString("rwxr-xr-x"));
      open();
    }
  }
}
