package dev.errand.config.settings;

import dev.errand.config.security.SecretText;
import java.util.List;
import java.util.stream.Collectors;

/** Settings that a node can't start with. The message is one line with all of them. */
public final class SettingsException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient List<String> problems;

  public SettingsException(List<String> problems) {
    super(problems.stream().map(SecretText::hide).collect(Collectors.joining("; ")));
    this.problems = problems.stream().map(SecretText::hide).toList();
  }

  /** One line for each setting: key, value, and what is allowed. */
  public List<String> problems() {
    return problems;
  }
}
