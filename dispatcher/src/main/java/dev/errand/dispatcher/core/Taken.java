package dev.errand.dispatcher.core;

/**
 * The answer to a submission.
 *
 * @param id of the task; 0 if it is refused
 * @param known whether it was there before: its key or its place in its batch is the same
 * @param refusal why; null if it is taken
 */
public record Taken(long id, boolean known, Refusal refusal) {

  static Taken refused(Refusal why) {
    return new Taken(0, false, why);
  }
}
