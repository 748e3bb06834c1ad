package dev.errand.config.settings;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations ({@code 250ms}, {@code 20s}) and sizes ({@code 64KiB}) as people write them. */
public final class Quantities {

  private static final Pattern FORM = Pattern.compile("(\\d{1,15})([A-Za-z]{1,3})");

  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private static final Map<String, Long> BYTES =
      Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);

  private Quantities() {}

  /**
   * Reads {@code 250ms}, {@code 20s}, {@code 5m}, {@code 24h} or {@code 7d}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static Duration duration(String text) {
    return Duration.ofMillis(read(text, MILLIS, "a duration such as 250ms, 20s, 5m, 24h or 7d"));
  }

  /**
   * Reads {@code 512B}, {@code 64KiB}, {@code 1MiB}, {@code 4GiB}, in bytes.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static long size(String text) {
    return read(text, BYTES, "a size such as 512B, 64KiB, 1MiB or 4GiB");
  }

  private static long read(String text, Map<String, Long> units, String form) {
    Matcher matcher = FORM.matcher(text.trim());
    Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("must be " + form);
    }
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("is too large for " + form, e);
    }
  }

  /** A duration as {@link #duration} reads it, in the largest unit that fits. */
  public static String text(Duration duration) {
    long millis = duration.toMillis();
    for (String unit : new String[] {"d", "h", "m", "s"}) {
      if (millis > 0 && millis % MILLIS.get(unit) == 0) {
        return millis / MILLIS.get(unit) + unit;
      }
    }
    return millis + "ms";
  }

  /** A size as {@link #size} reads it, in the largest unit that fits. */
  public static String text(long bytes) {
    for (String unit : new String[] {"TiB", "GiB", "MiB", "KiB"}) {
      if (bytes > 0 && bytes % BYTES.get(unit) == 0) {
        return bytes / BYTES.get(unit) + unit;
      }
    }
    return bytes + "B";
  }
}
