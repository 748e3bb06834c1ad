package dev.errand.dispatcher.figures;

/**
 * What a type's tasks did lately.
 *
 * @param last10s rates
 * @param lastMinute rates
 * @param failedAttempts in the last minute
 * @param goodAttempts that succeeded in the last minute
 * @param latencies in the last minute
 * @param oldestGrewMillis by how much the oldest wait grew in the last ten seconds; may be negative
 */
public record TypeFigures(
    Rates last10s,
    Rates lastMinute,
    long failedAttempts,
    long goodAttempts,
    Latencies latencies,
    long oldestGrewMillis) {

  /** Of a type of which nothing was seen. */
  public static final TypeFigures NONE =
      new TypeFigures(Rates.NONE, Rates.NONE, 0, 0, Latencies.NONE, 0);

  TypeFigures plus(TypeFigures other, Latencies together) {
    return new TypeFigures(
        last10s.plus(other.last10s),
        lastMinute.plus(other.lastMinute),
        failedAttempts + other.failedAttempts,
        goodAttempts + other.goodAttempts,
        together,
        0);
  }
}
