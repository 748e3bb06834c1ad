package dev.errand.protocol.frame;

import dev.errand.protocol.Bytes;
import java.util.HashMap;
import java.util.Map;

/**
 * A frame of entries of one kind: their number, then one behind the other. Names that recur (types,
 * workers) are written once a frame and then told by their place. Not thread-safe.
 */
public final class BatchWriter {

  private final FrameKind kind;
  private final FrameWriter out = new FrameWriter(512);
  private final Map<String, Integer> names = new HashMap<>();
  private int count;

  public BatchWriter(FrameKind kind) {
    this.kind = kind;
    out.i32(0);
  }

  public FrameKind kind() {
    return kind;
  }

  /** Entries so far. */
  public int count() {
    return count;
  }

  /** Bytes so far, header included. */
  public int length() {
    return out.length();
  }

  /** To be called before each entry's fields. */
  FrameWriter entry() {
    count++;
    return out;
  }

  /** Where the fields of the entry go. */
  FrameWriter writer() {
    return out;
  }

  void name(String name) {
    int known = names.size();
    Integer place = names.putIfAbsent(name, known);
    if (place == null) {
      out.varint(known).text(name);
    } else {
      out.varint(place);
    }
  }

  /** Text, cut between two characters if it is longer. */
  void text(String value, int mostBytes) {
    Bytes bytes = Bytes.of(value);
    int end = Math.min(bytes.length(), mostBytes);
    while (end < bytes.length() && isContinuation(bytes.array()[end])) {
      end--;
    }
    out.bytes(new Bytes(bytes.array(), 0, end));
  }

  private static boolean isContinuation(byte utf8) {
    return (utf8 & 0xC0) == 0x80;
  }

  /** The finished frame, without a session yet. */
  public byte[] frame(Session session) {
    out.i32At(Header.BYTES, count);
    return out.frame(kind, session, 0, Credit.NONE);
  }
}
