package dev.errand.dispatcher.store;

/** There is no store to look at, or a dispatcher has it: says so and what to do, in one line. */
public final class NoStoreException extends RuntimeException {

  private static final long serialVersionUID = 1;

  NoStoreException(String line) {
    super(line);
  }
}
