package dev.errand.command.client;

/** What is said when Ctrl-C or SIGTERM ends the process before this is closed. */
final class OnInterrupt implements AutoCloseable {

  private final Thread hook;

  /**
   * From now on.
   *
   * @param words run by a thread of its own, while all others go on
   */
  OnInterrupt(Runnable words) {
    hook = new Thread(words, "errand-interrupted");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running.
    }
  }
}
