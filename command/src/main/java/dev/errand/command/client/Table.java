package dev.errand.command.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Rows with columns that are as wide as their widest cell; the first is left, numbers are right.
 */
final class Table {

  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final List<String> head;

  /** A table with a head: what is in capitals is aligned at the left. */
  Table(String... head) {
    this.head = List.of(head);
    rows.add(this.head);
  }

  void row(Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(Visible.text(cell));
    }
    rows.add(row);
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        String space = " ".repeat(width(i) - row.get(i).length());
        line.append(i == 0 ? "" : GAP);
        line.append(isLeft(i) ? row.get(i) + space : space + row.get(i));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private boolean isLeft(int column) {
    return head.get(column).equals(head.get(column).toUpperCase(Locale.ROOT));
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
