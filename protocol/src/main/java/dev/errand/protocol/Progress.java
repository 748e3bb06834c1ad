package dev.errand.protocol;

/**
 * How far a running attempt says it is.
 *
 * @param fraction 0 to 1
 * @param message for people; may be empty
 */
public record Progress(double fraction, String message) {

  public Progress {
    fraction = Double.isNaN(fraction) ? 0 : Math.max(0, Math.min(1, fraction));
    message = message == null ? "" : message;
    if (message.length() > 200) {
      message = message.substring(0, 200);
    }
  }
}
