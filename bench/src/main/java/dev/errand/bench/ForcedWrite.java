package dev.errand.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a disk takes to make sure of a little that was appended to a file. */
final class ForcedWrite {

  private static final int BYTES = 200;
  private static final int TIMES = 500;

  private ForcedWrite() {}

  /** The median, in nanoseconds. */
  static double medianNanos(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "forced", null);
    Latencies latencies = new Latencies();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
      for (int i = 0; i < TIMES; i++) {
        long begin = System.nanoTime();
        channel.write(ByteBuffer.allocate(BYTES));
        channel.force(false);
        latencies.add(System.nanoTime() - begin);
      }
    } finally {
      Files.delete(file);
    }
    return latencies.quantile(0.5);
  }
}
