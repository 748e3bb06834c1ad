package dev.errand.config.cluster;

/** A port that this node was to listen on is taken. The message names the setting. */
public final class AddressInUseException extends RuntimeException {

  private static final long serialVersionUID = 1;

  AddressInUseException(String host, int port, String key, Throwable cause) {
    super(
        host + ":" + port + " is taken by another program: stop it, or set " + key + " otherwise",
        cause);
  }
}
