package dev.errand.protocol.frame;

/** What a frame holds. The order is the wire's: new ones go to the end, before the last. */
public enum FrameKind {
  /** A worker to the dispatcher, a request: {@link WorkerHello}. */
  WORKER_HELLO,
  /** A client to the dispatcher, a request: {@link ClientHello}. */
  CLIENT_HELLO,
  /** The answer to both: {@link Welcome}. */
  WELCOME,
  /** Another answer to both: {@link Refused}. */
  REFUSED,
  /** A worker or client to the dispatcher, a request: {@link Heartbeat}. */
  HEARTBEAT,
  /** Its answer: {@link HeartbeatReply}. */
  HEARTBEAT_REPLY,
  /** Its other answer, and to any frame of a session that is over: say hello again. Empty. */
  RESET,
  /** Nothing but the header's acknowledgement. */
  ACK,
  /** Dispatcher to worker: a batch of {@link Grant}. */
  GRANT,
  /** Dispatcher to worker: a batch of {@link Cancel}. */
  CANCEL,
  /** Worker to dispatcher: a batch of {@link Outcome}. */
  OUTCOMES,
  /** Worker to dispatcher: a batch of {@link Release}. */
  RELEASE,
  /** Worker to dispatcher: grant nothing more. An empty batch. */
  DRAINING,
  /** Worker or client to dispatcher: it leaves for good. An empty batch. */
  BYE,
  /** Client to dispatcher: a batch of {@link Submit}. */
  SUBMIT,
  /** Dispatcher to client: a batch of {@link Accepted}, in the order of the submissions. */
  ACCEPTED,
  /** Client to dispatcher: a batch of {@link Watch}. */
  WATCH,
  /** Dispatcher to client: a batch of {@link Done}. */
  DONE,
  /** Dispatcher to worker: finish what runs, take nothing new, then leave. An empty batch. */
  DRAIN,
  /** All that later versions add. Not on the wire itself: it stays behind the others. */
  UNKNOWN;

  private static final FrameKind[] VALUES = values();

  static FrameKind of(int code) {
    return VALUES[Math.min(code, UNKNOWN.ordinal())];
  }
}
