package dev.errand.dispatcher.web;

import dev.errand.dispatcher.api.Problem;
import dev.errand.protocol.JsonBytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What the lines of an upload have come to so far. */
final class Tally {

  private static final int MOST_NAMED = 1_000;
  private static final int MOST_SAID = 500;

  private record Rejected(long line, String problem) {}

  private final String batch;
  private final List<Rejected> first = new ArrayList<>(0);
  private long rejected;
  private long accepted;
  private long known;

  Tally(String batch) {
    this.batch = batch;
  }

  /**
   * A line is a task.
   *
   * @param before whether it was there before
   */
  void accept(boolean before) {
    accepted++;
    known += before ? 1 : 0;
  }

  void reject(long line, String problem) {
    rejected++;
    if (first.size() < MOST_NAMED) {
      String said = problem.length() <= MOST_SAID ? problem : problem.substring(0, MOST_SAID) + "…";
      first.add(new Rejected(line, said));
    }
  }

  boolean hasRejected() {
    return rejected > 0;
  }

  long accepted() {
    return accepted;
  }

  /** The lines that are wrong, as fields of a request. */
  List<Problem.Field> wrong() {
    return ordered().stream()
        .map(each -> new Problem.Field("line " + each.line, each.problem))
        .toList();
  }

  /** What is found out later may be of an earlier line. */
  private List<Rejected> ordered() {
    return first.stream().sorted(Comparator.comparingLong(Rejected::line)).toList();
  }

  /** The answer to the upload. */
  byte[] text() {
    JsonBytes out = new JsonBytes(256);
    out.beginObject().field("id", batch).field("accepted", accepted);
    if (known > 0) {
      out.field("known", known);
    }
    out.name("rejected").beginObject().field("count", rejected).name("first").beginArray();
    for (Rejected each : ordered()) {
      out.beginObject().field("line", each.line).field("problem", each.problem).endObject();
    }
    return out.endArray().endObject().endObject().toArray();
  }
}
