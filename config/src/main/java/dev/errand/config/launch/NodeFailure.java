package dev.errand.config.launch;

/** Why a node does not start, or does not go on: its process ends with a code of its own. */
public final class NodeFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int exitCode;

  /**
   * A failure.
   *
   * @param exitCode see {@link ExitCode}
   * @param line what happened, and what to do
   */
  public NodeFailure(int exitCode, String line) {
    super(line);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
