package dev.errand.config.settings;

/**
 * What is refused beyond: the keys {@code limits.*}, in bytes.
 *
 * @param payload of a task
 * @param result of an attempt
 */
public record LimitSettings(int payload, int result) {

  private static final long MAX = 16L << 20;

  static LimitSettings read(SettingsReader in) {
    return new LimitSettings(
        (int) in.size("limits.payload", 1 << 20, 1, MAX),
        (int) in.size("limits.result", 1 << 20, 1, MAX));
  }
}
