package dev.errand.systemtests;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A request that can't be served.
 *
 * @param name for people
 * @param parts its bytes, in pieces that are sent with pauses between them
 * @param names what its answer has to name; null: nothing certain
 * @param ending what may come of it
 */
record WrongRequest(String name, List<byte[]> parts, String names, Ending ending) {

  /** How a wrong request ends. */
  enum Ending {
    /** With a problem of the caller's. */
    PROBLEM,
    /** With the problem 400. */
    INVALID,
    /** With a problem of the caller's, or a connection that is closed, in time. */
    CLOSED
  }

  static WrongRequest invalid(String name, HttpText request, String names) {
    return new WrongRequest(name, List.of(request.bytes()), names, Ending.INVALID);
  }

  static WrongRequest problem(String name, HttpText request) {
    return new WrongRequest(name, List.of(request.bytes()), null, Ending.PROBLEM);
  }

  static WrongRequest closed(String name, byte[]... parts) {
    return new WrongRequest(name, List.of(parts), null, Ending.CLOSED);
  }

  static WrongRequest closed(String name, String... parts) {
    return new WrongRequest(
        name,
        List.of(parts).stream().map(part -> part.getBytes(StandardCharsets.ISO_8859_1)).toList(),
        null,
        Ending.CLOSED);
  }
}
