package dev.errand.config.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of settings, keys and certificates: what is longer than a mebibyte is none of these. */
public final class SmallFile {

  private static final int MOST_BYTES = 1 << 20;

  private SmallFile() {}

  /**
   * Its text, in UTF-8.
   *
   * @throws IOException if it can't be read, or is too long
   * @throws java.nio.file.InvalidPathException if the name can't be a file's
   */
  public static String read(String name) throws IOException {
    try (InputStream in = Files.newInputStream(Path.of(name))) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new IOException("longer than 1 MiB");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
