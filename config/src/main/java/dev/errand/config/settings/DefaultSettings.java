package dev.errand.config.settings;

import java.time.Duration;

/**
 * For tasks that ask for nothing: the keys {@code defaults.*}.
 *
 * @param timeout of an attempt
 * @param maxAttempts before a task has failed
 * @param backoff the first pause before a retry, doubled up to 5 m, with full jitter
 * @param usualWait for a task, of a caller who wants to wait and does not say how long: the key
 *     {@code defaults.wait}
 */
public record DefaultSettings(
    Duration timeout, int maxAttempts, Duration backoff, Duration usualWait) {

  static DefaultSettings read(SettingsReader in) {
    Duration least = Duration.ofMillis(1);
    return new DefaultSettings(
        in.duration("defaults.timeout", Duration.ofMinutes(5), least, Duration.ofDays(20)),
        in.integer("defaults.maxAttempts", 3, 1, 1_000),
        in.duration("defaults.backoff", Duration.ofSeconds(1), least, Duration.ofHours(1)),
        in.duration("defaults.wait", Duration.ofSeconds(20), Duration.ZERO, Duration.ofMinutes(5)));
  }
}
