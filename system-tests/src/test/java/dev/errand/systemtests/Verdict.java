package dev.errand.systemtests;

import java.util.List;

/**
 * What a recording comes to.
 *
 * @param lost acknowledged, and the dispatcher knows no such task, or not that it is tried again
 * @param unexpected nobody submitted it
 * @param twice ended twice, or is two tasks
 * @param wrong ended as it can't have
 * @param unfinished has not ended, though it was given the time
 * @param books the ledger does not add up, or says something else than was acknowledged
 * @param counted how many were submitted, acknowledged and so on
 */
record Verdict(
    List<String> lost,
    List<String> unexpected,
    List<String> twice,
    List<String> wrong,
    List<String> unfinished,
    List<String> books,
    Counted counted) {

  private static final int TOLD = 10;

  /**
   * How much there was to check.
   *
   * @param submissions how often something was submitted
   * @param unanswered how many of these got no answer
   * @param acknowledged tasks
   * @param ended tasks
   * @param ends how often an end was seen
   * @param runs that workers noted
   * @param readings of the books
   */
  record Counted(
      int submissions,
      int unanswered,
      int acknowledged,
      int ended,
      int ends,
      int runs,
      int readings) {}

  boolean fine() {
    return lost.isEmpty()
        && unexpected.isEmpty()
        && twice.isEmpty()
        && wrong.isEmpty()
        && unfinished.isEmpty()
        && books.isEmpty();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(counted.toString());
    tell(text, "lost", lost);
    tell(text, "unexpected", unexpected);
    tell(text, "twice", twice);
    tell(text, "wrong", wrong);
    tell(text, "unfinished", unfinished);
    tell(text, "books", books);
    return text.toString();
  }

  private static void tell(StringBuilder text, String what, List<String> lines) {
    text.append("; ").append(lines.size()).append(' ').append(what);
    if (!lines.isEmpty()) {
      text.append(": ").append(String.join(" / ", lines.subList(0, Math.min(TOLD, lines.size()))));
    }
  }
}
