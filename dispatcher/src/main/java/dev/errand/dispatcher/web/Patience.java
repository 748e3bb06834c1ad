package dev.errand.dispatcher.web;

/**
 * How long the server waits for those it serves. A wait that the caller has asked for, and a stream
 * without news, have no end by this.
 *
 * @param firstMillis from a connection's begin until the head of a request is there
 * @param idleMillis from an answer until the head of the next request is there
 * @param stallMillis for the next bytes of a body, or for room for the next bytes of an answer
 */
record Patience(long firstMillis, long idleMillis, long stallMillis) {

  /** That of a dispatcher. */
  static final Patience USUAL = new Patience(10_000, 60_000, 20_000);
}
