package dev.errand.protocol;

/**
 * How far a running attempt says it is.
 *
 * @param fraction 0 to 1
 * @param message for people; may be empty; at most {@value #MAX_MESSAGE} characters are kept
 */
public record Progress(double fraction, String message) {

  /** Characters of a message that are kept. */
  public static final int MAX_MESSAGE = 200;

  public Progress {
    fraction = Double.isNaN(fraction) ? 0 : Math.max(0, Math.min(1, fraction));
    message = message == null ? "" : message;
    if (message.length() > MAX_MESSAGE) {
      boolean half = Character.isHighSurrogate(message.charAt(MAX_MESSAGE - 1));
      message = message.substring(0, half ? MAX_MESSAGE - 1 : MAX_MESSAGE);
    }
  }
}
