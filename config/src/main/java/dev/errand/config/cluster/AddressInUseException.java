package dev.errand.config.cluster;

import java.net.BindException;

/** A port that this node was to listen on is taken. The message names the setting. */
public final class AddressInUseException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private AddressInUseException(String host, int port, String key, Throwable cause) {
    super(
        host + ":" + port + " is taken by another program: stop it, or set " + key + " otherwise",
        cause);
  }

  /**
   * That failure to listen in words that name the cure, where it is this one; else itself.
   *
   * @param key of the settings, which has the port
   */
  public static Throwable orSame(Throwable failure, String host, int port, String key) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException
          || String.valueOf(cause.getMessage()).contains("Address already in use")) {
        return new AddressInUseException(host, port, key, failure);
      }
    }
    return failure;
  }
}
