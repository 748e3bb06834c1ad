package dev.errand.config.cluster;

import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members that a node on this port saw last, in a file: a dispatcher that was killed finds its
 * workers' cluster again at once, instead of starting one of its own that is merged seconds later.
 * Only hints: a wrong one costs a connection attempt.
 */
final class RememberedMembers {

  private static final Logger log = LoggerFactory.getLogger(RememberedMembers.class);
  private static final int MOST = 100;

  private final Path file;

  private RememberedMembers(Path file) {
    this.file = file;
  }

  /** The file of that node; empty if it can't have one. */
  static Optional<RememberedMembers> of(ClusterSettings settings) {
    if (settings.memberPort() == 0) {
      return Optional.empty();
    }
    try {
      Path folder = privateFolder();
      CRC32C name = new CRC32C();
      name.update(settings.name().getBytes(StandardCharsets.UTF_8));
      String file = Long.toHexString(name.getValue()) + "-" + settings.memberPort() + ".members";
      return Optional.of(new RememberedMembers(folder.resolve(file)));
    } catch (IOException | UnsupportedOperationException e) {
      log.warn("members are not remembered over restarts: {}", e.toString());
      return Optional.empty();
    }
  }

  /** Below the folder for temporary files, for this user alone. */
  private static Path privateFolder() throws IOException {
    Path folder =
        Path.of(System.getProperty("java.io.tmpdir"), "errand-" + System.getProperty("user.name"));
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    boolean mine =
        Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS)
                .getName()
                .equals(System.getProperty("user.name"))
            && PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS))
                .equals("rwx------");
    if (!mine) {
      throw new IOException(folder + " belongs to somebody else, or is open to others: remove it");
    }
    return folder;
  }

  /** Where members were; what can't be read is left out. */
  List<PeerAddress> read() {
    List<PeerAddress> peers = new ArrayList<>();
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          peers.add(PeerAddress.parse(line));
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      log.warn("{} is ignored from here on: {}", file, e.getMessage());
    }
    return peers.subList(0, Math.min(peers.size(), MOST));
  }

  /** Writes them down in one step. Blocks. */
  void write(List<String> addresses) {
    try {
      Path fresh = Files.createTempFile(file.getParent(), "members", ".new");
      try {
        Files.write(fresh, addresses.subList(0, Math.min(addresses.size(), MOST)));
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      log.warn("members are not remembered: {}", e.toString());
    }
  }
}
