package dev.errand.bench;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;

/**
 * A figure of which something is asked.
 *
 * @param figure whose median counts
 * @param least whether the bound is the least that is asked for; else it is the most
 * @param bound in the figure's unit
 */
record Goal(Figure figure, boolean least, double bound) {

  static Goal atLeast(double bound, Figure figure) {
    return new Goal(figure, true, bound);
  }

  static Goal atMost(double bound, Figure figure) {
    return new Goal(figure, false, bound);
  }

  boolean met() {
    return least ? figure.median() >= bound : figure.median() <= bound;
  }

  /** A line of the table. */
  String row() {
    return String.format(
        Locale.ROOT,
        "%s, at %s %s: %s",
        figure.row(),
        least ? "least" : "most",
        new DecimalFormat("0.#", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(bound),
        met() ? "met" : "missed");
  }

  /** The same as JSON, on a line. */
  String json(String system) {
    String text = figure.json(system);
    return String.format(
        Locale.ROOT,
        "%s,\"%s\":%.4f,\"met\":%b}",
        text.substring(0, text.length() - 1),
        least ? "atLeast" : "atMost",
        bound,
        met());
  }
}
