package dev.errand.protocol;

/** Times as people read them: {@code 800 ms}, {@code 20 s}, {@code 5 min}, {@code 24 h}. */
public final class Millis {

  private static final long[] UNITS = {1, 1_000, 60_000, 3_600_000};
  private static final String[] NAMES = {" ms", " s", " min", " h"};

  private Millis() {}

  /** So many milliseconds, in the largest unit that fits. */
  public static String text(long millis) {
    int unit = UNITS.length - 1;
    while (unit > 0 && (millis == 0 || millis % UNITS[unit] != 0)) {
      unit--;
    }
    return millis / UNITS[unit] + NAMES[unit];
  }

  /** So many milliseconds, rounded up to a unit of which there are ten at least. */
  public static String about(long millis) {
    long unit = 1;
    for (long larger : UNITS) {
      unit = millis >= 10 * larger ? larger : unit;
    }
    long rest = millis % unit;
    return text(rest == 0 ? millis : millis - rest + unit);
  }
}
