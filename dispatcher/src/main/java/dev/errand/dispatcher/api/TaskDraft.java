package dev.errand.dispatcher.api;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.Terms;
import java.util.List;
import java.util.Map;

/** What has been read of a task so far, and what is wrong with it. */
final class TaskDraft {

  private static final int MOST_NAMED = 50;
  private static final int MOST_NAME = 100;

  /** All that is wrong, as far as it is named. */
  final List<Problem.Field> wrong;

  String type;
  Bytes payload;
  String key;
  BatchPlace batch;
  long timeout;
  long backoff;
  long delay;
  long expiresIn;
  int maxAttempts;
  int priority = Terms.USUAL_PRIORITY;
  Map<String, String> require = Map.of();

  TaskDraft(List<Problem.Field> wrong) {
    this.wrong = wrong;
  }

  void wrong(String name, String problem) {
    if (wrong.size() < MOST_NAMED) {
      String cut = name.length() <= MOST_NAME ? name : name.substring(0, MOST_NAME) + "…";
      wrong.add(new Problem.Field(cut, problem));
    }
  }

  Terms terms() {
    return new Terms(timeout, maxAttempts, backoff, priority, delay, expiresIn, require);
  }
}
