package dev.errand.config.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where a dispatcher keeps tasks, and for how long: the keys {@code store.*}.
 *
 * @param kind what keeps them
 * @param path the folder of a store on disk
 * @param retentionSucceeded for which succeeded tasks are kept
 * @param retentionFailed for which failed and cancelled tasks are kept
 * @param retentionBytes that ended tasks may take; the oldest go first
 */
public record StoreSettings(
    Kind kind,
    Path path,
    Duration retentionSucceeded,
    Duration retentionFailed,
    long retentionBytes) {

  /** What keeps tasks. */
  public enum Kind {
    /** The dispatcher's own disk: they survive it. */
    DISK,
    /** Its heap: they are gone with it. */
    MEMORY
  }

  private static final long USUAL_BYTES = 4L << 30;
  private static final long MOST_BYTES = 1L << 50;

  static StoreSettings read(SettingsReader in) {
    Kind kind =
        in.choice("store.kind", "disk", List.of("disk", "memory")).equals("memory")
            ? Kind.MEMORY
            : Kind.DISK;
    long heap = Runtime.getRuntime().maxMemory();
    long most = kind == Kind.MEMORY ? heap : MOST_BYTES;
    long usual = kind == Kind.MEMORY ? Math.min(USUAL_BYTES, heap / 4) : USUAL_BYTES;
    return new StoreSettings(
        kind,
        path(in),
        retention(in, "store.retention.succeeded", Duration.ofHours(24)),
        retention(in, "store.retention.failed", Duration.ofDays(7)),
        in.size("store.retention.bytes", usual, 0, most));
  }

  private static Path path(SettingsReader in) {
    String text = in.text("store.path", "data");
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      in.problem("store.path", "'" + text + "'", "must be a path: " + e.getReason());
      return Path.of("data");
    }
  }

  private static Duration retention(SettingsReader in, String key, Duration otherwise) {
    return in.duration(key, otherwise, Duration.ZERO, Duration.ofDays(3_650));
  }
}
