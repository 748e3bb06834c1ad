package dev.errand.bench;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What is measured goes to standard output, how far it is to standard error. */
final class Report {

  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final String system;
  private final boolean json;

  /**
   * A report.
   *
   * @param system whose figures are printed
   * @param json a line for each figure, instead of a table
   */
  Report(String system, boolean json) {
    this.system = system;
    this.json = json;
  }

  void print(Figure figure) {
    line(figure.row(), figure.json(system));
  }

  void print(Goal goal) {
    line(goal.row(), goal.json(system));
  }

  /** A line of the table, and the same as JSON; null: it has no place there. */
  void line(String row, String object) {
    String line = json ? object : row;
    if (line != null) {
      System.out.println(line);
    }
  }

  void progress(String format, Object... values) {
    System.err.println(
        LocalTime.now().format(CLOCK) + " " + String.format(Locale.ROOT, format, values));
  }
}
