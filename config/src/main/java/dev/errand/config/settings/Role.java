package dev.errand.config.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a caller over HTTP may do; each may do what those before it may, and more. */
public enum Role {
  /** Look. */
  READ,
  /** Submit tasks, and cancel and retry them. */
  SUBMIT,
  /** Pause and limit types, drain workers. */
  ADMIN;

  /** Whether it may do what that one may. */
  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /** As it stands in settings and messages. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All of them as text, the least first. */
  public static List<String> texts() {
    return Arrays.stream(values()).map(Role::text).toList();
  }
}
