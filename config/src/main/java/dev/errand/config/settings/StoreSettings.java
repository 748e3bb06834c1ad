package dev.errand.config.settings;

import java.time.Duration;
import java.util.List;

/**
 * Where a dispatcher keeps tasks, and for how long: the keys {@code store.*}.
 *
 * @param kind {@code memory}
 * @param retentionSucceeded for which succeeded tasks are kept
 * @param retentionFailed for which failed and cancelled tasks are kept
 * @param retentionBytes that ended tasks may take; the oldest go first
 */
public record StoreSettings(
    String kind, Duration retentionSucceeded, Duration retentionFailed, long retentionBytes) {

  private static final long MAX_BYTES = 4L << 30;

  static StoreSettings read(SettingsReader in) {
    long most = Runtime.getRuntime().maxMemory();
    return new StoreSettings(
        in.choice("store.kind", "memory", List.of("memory")),
        retention(in, "store.retention.succeeded", Duration.ofHours(24)),
        retention(in, "store.retention.failed", Duration.ofDays(7)),
        in.size("store.retention.bytes", Math.min(MAX_BYTES, most / 4), 0, most));
  }

  private static Duration retention(SettingsReader in, String key, Duration otherwise) {
    return in.duration(key, otherwise, Duration.ZERO, Duration.ofDays(3_650));
  }
}
