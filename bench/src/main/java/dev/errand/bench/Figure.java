package dev.errand.bench;

import java.util.Arrays;
import java.util.Locale;

/**
 * What came of measuring something several times.
 *
 * @param what is measured
 * @param unit of the values
 * @param values one of each repetition, ascending
 */
record Figure(String what, String unit, double[] values) {

  static Figure of(String what, String unit, double... values) {
    double[] ascending = values.clone();
    Arrays.sort(ascending);
    return new Figure(what, unit, ascending);
  }

  double median() {
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }

  double min() {
    return values[0];
  }

  double max() {
    return values[values.length - 1];
  }

  /** A line of the table. */
  String row() {
    return String.format(
        Locale.ROOT,
        "%-66s %12s %12s %12s  %s",
        what,
        number(median()),
        number(min()),
        number(max()),
        unit);
  }

  static String head() {
    return String.format("%-66s %12s %12s %12s", "", "median", "min", "max");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 1_000 ? "%,.3f" : "%,.0f", value);
  }

  /**
   * The same as JSON, on a line.
   *
   * @param system that was measured
   */
  String json(String system) {
    return String.format(
        Locale.ROOT,
        "{\"system\":\"%s\",\"case\":\"%s\",\"unit\":\"%s\","
            + "\"median\":%.4f,\"min\":%.4f,\"max\":%.4f}",
        system,
        what,
        unit,
        median(),
        min(),
        max());
  }
}
