package dev.errand.config.launch;

/** How a process of ours ends. */
public final class ExitCode {

  /** All is well. */
  public static final int DONE = 0;

  /** Some task failed, or something else that no setting cures. */
  public static final int FAILED = 1;

  /** Wrong use or settings. */
  public static final int USAGE = 2;

  /** All members that answered refuse the node's key. */
  public static final int KEY_REFUSED = 3;

  /** No dispatcher answers, or none that is ready. */
  public static final int UNREACHABLE = 4;

  /** What was waited for has not ended in time. */
  public static final int WAIT_EXPIRED = 5;

  /** The dispatcher's store can't be opened, or has failed. */
  public static final int STORE_FAILED = 6;

  private ExitCode() {}
}
