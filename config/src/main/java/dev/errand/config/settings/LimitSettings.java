package dev.errand.config.settings;

/**
 * What is refused beyond: the keys {@code limits.*}.
 *
 * @param payload of a task, in bytes
 * @param result of an attempt, in bytes
 * @param queued tasks that have not ended
 * @param queuedBytes that these take
 */
public record LimitSettings(int payload, int result, int queued, long queuedBytes) {

  private static final long MAX = 16L << 20;
  private static final int MAX_QUEUED = 1_000_000_000;
  private static final long USUAL_BYTES_IN_MEMORY = 1L << 30;
  private static final long USUAL_BYTES_ON_DISK = 8L << 30;
  private static final long MAX_BYTES_ON_DISK = 1L << 49;

  static LimitSettings read(SettingsReader in, StoreSettings.Kind store) {
    // Where what waits is in memory, more than all of it is no limit.
    long heap = Runtime.getRuntime().maxMemory();
    boolean inMemory = store == StoreSettings.Kind.MEMORY;
    long usual = inMemory ? Math.min(USUAL_BYTES_IN_MEMORY, heap / 4) : USUAL_BYTES_ON_DISK;
    long most = inMemory ? heap : MAX_BYTES_ON_DISK;
    return new LimitSettings(
        (int) in.size("limits.payload", 1 << 20, 1, MAX),
        (int) in.size("limits.result", 1 << 20, 1, MAX),
        in.integer("limits.queued", 10_000_000, 1, MAX_QUEUED),
        in.size("limits.queuedBytes", usual, 1 << 10, most));
  }
}
