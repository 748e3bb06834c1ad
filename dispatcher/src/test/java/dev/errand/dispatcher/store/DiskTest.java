package dev.errand.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** What is deleted takes no room. */
class DiskTest {

  private static final int VALUES = 200;
  private static final int VALUE_BYTES = 100_000;
  private static final long LITTLE = 4L << 20;
  private static final long PLENTY = 1L << 30;

  @TempDir Path folder;
  private Disk disk;

  @BeforeEach
  void open() throws RocksDBException {
    disk = Disk.open(folder);
    for (int i = 0; i < VALUES; i++) {
      try (WriteBatch batch = new WriteBatch()) {
        batch.put(key(i), new byte[VALUE_BYTES]);
        disk.write(batch, false);
      }
    }
    assertThat(disk.collect(PLENTY)).isFalse();
  }

  @AfterEach
  void close() {
    disk.close();
  }

  private static byte[] key(int i) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(i).array();
  }

  /** Each of them, or all but some. */
  private void delete(int step) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch()) {
      for (int i = 0; i < VALUES; i++) {
        if (i % step != 0 || step == 1) {
          batch.singleDelete(key(i));
        }
      }
      disk.write(batch, false);
    }
  }

  private long blobBytes() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(Disk.TASKS))) {
      return files
          .filter(file -> file.toString().endsWith(".blob"))
          .mapToLong(DiskTest::size)
          .sum();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void ofDeletedValuesNothingIsLeft() throws Exception {
    delete(1);
    assertThat(blobBytes()).isGreaterThan(VALUES * VALUE_BYTES);
    assertThat(disk.collect(LITTLE)).isTrue();
    assertThat(blobBytes()).isZero();
    assertThat(disk.collect(PLENTY)).isFalse();
  }

  @Test
  void whatIsLeftBetweenThemIsMovedIfItFits() throws Exception {
    delete(10);
    assertThat(disk.collect(LITTLE)).isFalse();
    assertThat(disk.collect(PLENTY)).isTrue();
    assertThat(blobBytes()).isBetween(VALUES / 10L * VALUE_BYTES, VALUES / 5L * VALUE_BYTES);
    disk.close();
    disk = Disk.open(folder);
    for (int i = 0; i < VALUES; i++) {
      byte[] value = disk.get(key(i));
      assertThat(value == null).isEqualTo(i % 10 != 0);
    }
  }

  @Test
  void itNeedsSomeRoom() throws Exception {
    assertThat(disk.canCollect(0)).isFalse();
    assertThat(disk.canCollect(LITTLE)).isTrue();
  }
}
