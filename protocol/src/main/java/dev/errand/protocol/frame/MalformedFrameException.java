package dev.errand.protocol.frame;

/** A frame that can't be read. Its sender gets no answer; the receiver drops and counts it. */
public final class MalformedFrameException extends Exception {

  private static final long serialVersionUID = 1;

  public MalformedFrameException(String message) {
    super(message, null, false, false);
  }
}
