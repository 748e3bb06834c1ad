package dev.errand.dispatcher.store;

/** A store can't be opened, or can't go on: says what happened and what to do, in one line. */
public final class StoreException extends RuntimeException {

  private static final long serialVersionUID = 1;

  StoreException(String line, Throwable cause) {
    super(line, cause);
  }

  StoreException(String line) {
    super(line);
  }
}
