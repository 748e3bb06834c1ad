package dev.errand.simulation;

/** What somebody tells the dispatcher to do. */
enum Order {
  CANCEL,
  CANCEL_BATCH,
  RETRY,
  PAUSE,
  RESUME,
  LIMIT,
  DRAIN
}
