package dev.errand.protocol.link;

import dev.errand.protocol.frame.BatchWriter;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Session;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The frames of one direction as they leave: entries gather in an open batch until the turn's
 * flush, and each frame is kept until the other side has acknowledged it. Go-back-N with cumulative
 * acknowledgements (A. Tanenbaum, Computer Networks, 3.4.2), repeated at heartbeats only: the bus
 * loses frames when a connection breaks, not one by one.
 */
public final class SendStream {

  /** A batch this long is closed and the next one opened, in bytes. */
  static final int BATCH_BYTES = 256 << 10;

  /** By this part the room shrinks with each batch that needs less. */
  private static final int SHRINK = 8;

  private static final int KINDS = FrameKind.values().length;

  /** How long batches of each kind were of late: the next one of a kind has that room at once. */
  private final int[] usualBytes = new int[KINDS];

  private final ArrayDeque<byte[]> kept = new ArrayDeque<>();
  private BatchWriter open;
  private long acked;
  private long sent;
  private long markedSent;
  private long keptBytes;

  /** The batch that takes the next entry of that kind. */
  public BatchWriter batch(FrameKind kind) {
    if (open != null && (open.kind() != kind || open.length() >= BATCH_BYTES)) {
      close();
    }
    if (open == null) {
      int usual = usualBytes[kind.ordinal()];
      open = new BatchWriter(kind, usual == 0 ? BatchWriter.USUAL_BYTES : usual);
    }
    return open;
  }

  private void close() {
    byte[] frame = open.frame(NOBODY);
    int kind = open.kind().ordinal();
    usualBytes[kind] = Math.max(frame.length, usualBytes[kind] - usualBytes[kind] / SHRINK);
    open = null;
    kept.add(frame);
    keptBytes += frame.length;
  }

  private static final Session NOBODY = new Session(0, 0, 0, 0, 0);

  /** Frames that are not acknowledged yet, sent or not. */
  public int unacknowledged() {
    return kept.size();
  }

  /** Bytes of the frames that are kept. */
  public long keptBytes() {
    return keptBytes;
  }

  /** Shows the frames that are not acknowledged, the oldest first; they are not to be changed. */
  public void forEachKept(Consumer<byte[]> reader) {
    if (open != null) {
      close();
    }
    kept.forEach(reader);
  }

  /** Whether {@link #flush} has something to send. */
  public boolean waiting() {
    return open != null || acked + kept.size() > sent;
  }

  /** Sends what was not sent yet. */
  public void flush(Session session, long ack, Credit credit, Consumer<byte[]> out) {
    if (open != null) {
      close();
    }
    if (acked + kept.size() == sent) {
      return;
    }
    if (kept.size() == 1) {
      sent = acked + 1;
      send(kept.peekFirst(), sent, session, ack, credit, out);
      return;
    }
    long seq = acked;
    for (byte[] frame : kept) {
      if (++seq > sent) {
        send(frame, seq, session, ack, credit, out);
      }
    }
    sent = seq;
  }

  private static void send(
      byte[] frame, long seq, Session session, long ack, Credit credit, Consumer<byte[]> out) {
    Header.stamp(frame, session, seq, ack, credit);
    out.accept(frame);
  }

  /** The other side needs nothing up to that number any more. */
  public void acknowledged(long upTo) {
    while (acked < upTo && acked < sent) {
      keptBytes -= kept.removeFirst().length;
      acked++;
    }
  }

  /** Remembers what has been sent by now: see {@link #repeat}. */
  public void mark() {
    markedSent = sent;
  }

  /**
   * Sends again what was sent before the {@link #mark} and had not arrived when the other side
   * answered.
   *
   * @param received the last number that had arrived there in order
   */
  public void repeat(
      long received, Session session, long ack, Credit credit, Consumer<byte[]> out) {
    if (received >= markedSent) {
      return;
    }
    long seq = acked;
    for (byte[] frame : kept) {
      seq++;
      if (seq > received && seq <= sent) {
        // The first copy may still wait in the bus's buffers: it is not written to any more.
        send(frame.clone(), seq, session, ack, credit, out);
      }
    }
  }

  /** A new session: what is kept counts from 1 again and is all to be sent. */
  public void restart() {
    acked = 0;
    sent = 0;
    markedSent = 0;
    for (int left = kept.size(); left > 0; left--) {
      kept.addLast(kept.removeFirst().clone());
    }
  }

  /** Forgets everything. */
  public void clear() {
    kept.clear();
    keptBytes = 0;
    open = null;
    restart();
  }
}
