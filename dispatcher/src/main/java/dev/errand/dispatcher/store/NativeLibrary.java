package dev.errand.dispatcher.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * RocksDB's library, which is in its jar and has to be a file to be loaded. RocksDB itself makes a
 * new one for each process among the temporary files, and a process that is killed leaves it there.
 * So a store has one in its folder, in {@code native}, for all of its lives. Thread-safe.
 */
final class NativeLibrary {

  private static final String PACKED = Environment.getJniLibraryFileName("rocksdb");

  /** Under that name RocksDB looks for it in a folder. */
  private static final String NAME = Environment.getJniLibraryFileName("rocksdbjni");

  private static final int BUFFER_BYTES = 1 << 16;

  private static boolean loaded;

  private NativeLibrary() {}

  /**
   * Loads the library, if it is not there yet: from the folder, else as RocksDB does it, such as
   * where nothing can be executed that is in the folder, or {@code ROCKSDB_SHAREDLIB_DIR} is set.
   * Blocks.
   *
   * @param mayWrite whether it may be put into the folder
   */
  static synchronized void load(Path folder, boolean mayWrite) {
    if (loaded) {
      return;
    }
    Path own = folder.toAbsolutePath().resolve("native");
    if (System.getenv("ROCKSDB_SHAREDLIB_DIR") != null || !isLoadedFrom(own, mayWrite)) {
      RocksDB.loadLibrary();
    }
    loaded = true;
  }

  private static boolean isLoadedFrom(Path own, boolean mayWrite) {
    try {
      URL packed = RocksDB.class.getResource("/" + PACKED);
      if (packed == null || !(packed.openConnection() instanceof JarURLConnection jar)) {
        return false;
      }
      Path file = own.resolve(NAME);
      if (!isThere(file, jar.getJarEntry().getCrc())) {
        if (!mayWrite) {
          return false;
        }
        unpack(packed, file);
      }
      RocksDB.loadLibrary(List.of(own.toString()));
      return true;
    } catch (IOException | UnsatisfiedLinkError e) {
      // No room, no right, or not executable there: the usual way says more if it fails, too.
      return false;
    }
  }

  /** One of another version, or cut off when the power failed, is none. */
  private static boolean isThere(Path file, long crc) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (CheckedInputStream in = new CheckedInputStream(Files.newInputStream(file), new CRC32())) {
      byte[] buffer = new byte[BUFFER_BYTES];
      while (in.read(buffer) >= 0) {
        // Only its checksum is of interest.
      }
      return in.getChecksum().getValue() == crc;
    }
  }

  private static void unpack(URL packed, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    // Another process may be about the same.
    Path next = Files.createTempFile(file.getParent(), NAME, ".next");
    URLConnection connection = packed.openConnection();
    try (InputStream in = connection.getInputStream()) {
      Files.copy(in, next, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
  }
}
