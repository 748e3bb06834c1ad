package dev.errand.config.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

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

  /**
   * Whether others than its owner may read it; false where the file system does not say. What
   * belongs to somebody else was given to this user by its group, as Kubernetes gives secrets.
   */
  public static boolean isOpenToOthers(String name) throws IOException {
    return isOpenToOthers(name, System.getProperty("user.name"));
  }

  static boolean isOpenToOthers(String name, String user) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(Path.of(name), PosixFileAttributeView.class);
    if (view == null) {
      return false;
    }
    PosixFileAttributes attributes = view.readAttributes();
    boolean own = attributes.owner().getName().equals(user);
    Set<PosixFilePermission> permissions = attributes.permissions();
    return permissions.contains(PosixFilePermission.OTHERS_READ)
        || (own && permissions.contains(PosixFilePermission.GROUP_READ));
  }
}
