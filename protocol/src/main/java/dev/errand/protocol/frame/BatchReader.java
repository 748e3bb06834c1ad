package dev.errand.protocol.frame;

import dev.errand.protocol.Terms;
import java.util.ArrayList;
import java.util.List;

/** Reads what a {@link BatchWriter} wrote. Not thread-safe. */
public final class BatchReader {

  private static final int MAX_NAME_BYTES = 1_000;

  private final FrameReader in;
  private final List<String> names = new ArrayList<>();
  private int left;
  private Terms terms = Terms.NONE;

  /** Reads the entries behind a frame's header. */
  public BatchReader(byte[] frame) throws MalformedFrameException {
    in = new FrameReader(frame);
    left = in.i32();
    if (left < 0 || left > frame.length) {
      throw new MalformedFrameException(left + " entries");
    }
  }

  /** How many entries are still to come. */
  public int left() {
    return left;
  }

  /**
   * Whether another entry follows.
   *
   * @throws MalformedFrameException if none does and something else is left
   */
  public boolean next() throws MalformedFrameException {
    if (left == 0) {
      in.end();
      return false;
    }
    left--;
    return true;
  }

  FrameReader in() {
    return in;
  }

  /** The same terms, as the object that came last if they are equal. */
  Terms shared(Terms next) {
    if (!terms.equals(next)) {
      terms = next;
    }
    return terms;
  }

  String name() throws MalformedFrameException {
    int place = in.varint(names.size());
    if (place == names.size()) {
      names.add(in.text(MAX_NAME_BYTES));
    }
    return names.get(place);
  }
}
