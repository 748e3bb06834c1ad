package dev.errand.config.launch;

/** Why a node can't start, in one line for a person, with the exit code of its process. */
public final class StartFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int exitCode;

  /**
   * A failure.
   *
   * @param exitCode see {@link ExitCode}
   * @param line what happened, and what to do
   */
  public StartFailure(int exitCode, String line) {
    super(line);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
