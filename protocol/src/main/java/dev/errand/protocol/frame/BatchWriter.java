package dev.errand.protocol.frame;

import dev.errand.protocol.Bytes;
import java.util.HashMap;
import java.util.Map;

/**
 * A frame of entries of one kind: their number, then one behind the other. Names that recur (types,
 * workers) are written once a frame and then told by their place. Not thread-safe.
 */
public final class BatchWriter {

  /** Room for a batch of which nothing is known. */
  public static final int USUAL_BYTES = 512;

  private static final int FEW = 4;

  private final FrameKind kind;
  private final FrameWriter out;

  /** The first names: most frames have one or two, and the very same objects again and again. */
  private final String[] few = new String[FEW];

  /** All others. */
  private Map<String, Integer> more;

  private int names;
  private int count;

  public BatchWriter(FrameKind kind) {
    this(kind, USUAL_BYTES);
  }

  /**
   * A batch that has room at once.
   *
   * @param capacity in bytes, header included; it may become longer
   */
  public BatchWriter(FrameKind kind, int capacity) {
    this.kind = kind;
    this.out = new FrameWriter(capacity);
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
    int place = place(name);
    out.varint(place);
    if (place == names) {
      names++;
      out.text(name);
    }
  }

  /** Where that name is; the next free place, taken now, if it is new. */
  private int place(String name) {
    int known = Math.min(names, FEW);
    for (int i = 0; i < known; i++) {
      if (few[i] == name) {
        return i;
      }
    }
    for (int i = 0; i < known; i++) {
      if (few[i].equals(name)) {
        return i;
      }
    }
    if (names < FEW) {
      few[names] = name;
      return names;
    }
    if (more == null) {
      more = new HashMap<>();
    }
    Integer place = more.putIfAbsent(name, names);
    return place == null ? names : place;
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
