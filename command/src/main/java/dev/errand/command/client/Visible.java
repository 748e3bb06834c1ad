package dev.errand.command.client;

/** Texts that come from elsewhere, made fit for one line of a terminal. */
public final class Visible {

  private Visible() {}

  /** Without what steers a terminal, ends a line, or turns the direction of writing. */
  public static String text(Object value) {
    return String.valueOf(value).replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ");
  }
}
