package dev.errand.simulation;

import dev.errand.dispatcher.core.CoreView;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Where a task is; the order is the core's own, with those behind where no core has it. */
enum Place {
  SUBMITTED,
  DELAYED,
  QUEUED,
  RECOVERING,
  BACKOFF,
  LEASED,
  ENDING,
  /** It waits, and only the store has it. */
  ASIDE,
  /** Before its submission and after its end, and while there is no dispatcher. */
  NOWHERE;

  private static final Place[] VALUES = values();

  static {
    List<String> own = Stream.of(VALUES).map(Enum::name).toList();
    if (!own.subList(0, own.size() - 2).equals(CoreView.places().toList())) {
      throw new IllegalStateException("the core has other places: this has to follow");
    }
  }

  static Place of(int ordinal) {
    return VALUES[ordinal];
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
