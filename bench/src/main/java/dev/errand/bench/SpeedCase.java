package dev.errand.bench;

/** What a system is asked to do while its speed is measured. */
enum SpeedCase {
  THOUSAND("1,000 in flight, 20 B", Payload.SQUARE, 1_000),
  TEN_THOUSAND("10,000 in flight, 20 B", Payload.SQUARE, 10_000),
  HUNDRED("100 in flight, 20 B", Payload.SQUARE, 100),
  KIB_THOUSAND("1,000 in flight, 1 KiB", Payload.KIB, 1_000),
  KIB_TEN_THOUSAND("10,000 in flight, 1 KiB", Payload.KIB, 10_000),
  KIB_HUNDRED("100 in flight, 1 KiB", Payload.KIB, 100),
  ONE("one at a time, 20 B", Payload.SQUARE, 1);

  private final String text;
  private final Payload payload;
  private final int inFlight;

  SpeedCase(String text, Payload payload, int inFlight) {
    this.text = text;
    this.payload = payload;
    this.inFlight = inFlight;
  }

  String text() {
    return text;
  }

  /** The one that is measured everywhere, with the same payload. */
  SpeedCase usual() {
    return payload == Payload.KIB ? KIB_THOUSAND : THOUSAND;
  }

  /** Whether it is measured even when there is little time. */
  boolean isBrief() {
    return payload == Payload.SQUARE;
  }

  Payload payload() {
    return payload;
  }

  /**
   * What a client is told.
   *
   * @param warmUpMillis for which nothing is counted
   * @param millis for which tasks are counted then
   */
  Work lasting(long warmUpMillis, long millis) {
    return Work.lasting(payload, inFlight, warmUpMillis, millis);
  }
}
