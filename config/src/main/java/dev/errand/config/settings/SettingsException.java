package dev.errand.config.settings;

import java.util.List;

/** Settings that a node can't start with. The message is one line with all of them. */
public final class SettingsException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient List<String> problems;

  public SettingsException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** One line for each setting: key, value, and what is allowed. */
  public List<String> problems() {
    return problems;
  }
}
