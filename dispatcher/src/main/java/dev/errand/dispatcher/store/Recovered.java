package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.Kept;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.TypeSettings;
import java.util.List;

/**
 * What earlier lives of a dispatcher have left in its store.
 *
 * @param tasks in the order of their ids, shown one by one: all that have not ended, and of those
 *     that have the ones with an idempotency key or a batch
 * @param types what was set for types
 * @param others how many others have ended, kept or not
 * @param lastId no task ever had a higher id
 */
public record Recovered(
    Iterable<Kept> tasks, List<TypeSettings> types, Ledger others, long lastId) {

  /** What is in a new store. */
  public static final Recovered NOTHING =
      new Recovered(List.of(), List.of(), new Ledger(0, 0, 0, 0, 0, 0, 0), 0);
}
