package dev.errand.dispatcher.api;

/** The kinds of problems that HTTP answers tell of (RFC 9457); their {@code type} never changes. */
public enum ProblemType {
  INVALID(400, "invalid-request", "The request is not valid"),
  UNAUTHORIZED(401, "unauthorized", "A token is needed"),
  FORBIDDEN(403, "forbidden", "The token's role does not allow this"),
  CROSS_SITE(403, "cross-site", "This comes from a page of another site"),
  NOT_FOUND(404, "not-found", "There is nothing of that name"),
  METHOD(405, "method-not-allowed", "This can't be done there"),
  CONFLICT(409, "conflict", "This does not go together with what is there"),
  TOO_LARGE(413, "too-large", "The body is too large"),
  LONG_URI(414, "uri-too-long", "The address is too long"),
  MEDIA_TYPE(415, "unsupported-media-type", "The body is of another type than expected"),
  MISDIRECTED(421, "misdirected", "This is not the host that the request is for"),
  LIMIT(429, "limit-reached", "A limit is reached"),
  LONG_HEADERS(431, "headers-too-large", "The headers are too large"),
  FAILED(500, "internal-error", "The dispatcher made a mistake"),
  NOT_READY(503, "not-ready", "The dispatcher is not ready"),
  NO_ROOM(507, "no-room", "The store has no room");

  private static final String PREFIX = "urn:errand:problem:";

  private final int status;
  private final String uri;
  private final String title;

  ProblemType(int status, String name, String title) {
    this.status = status;
    this.uri = PREFIX + name;
    this.title = title;
  }

  /** The HTTP status that goes with it. */
  public int status() {
    return status;
  }

  /** Its {@code type}. */
  public String uri() {
    return uri;
  }

  /** What it is called. */
  public String title() {
    return title;
  }
}
