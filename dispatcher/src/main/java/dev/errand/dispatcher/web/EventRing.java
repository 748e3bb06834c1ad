package dev.errand.dispatcher.web;

import io.vertx.core.buffer.Buffer;

/**
 * The last events, as they are sent. Places ascend by one and are never used again. Owner: the
 * dispatcher's event loop.
 */
final class EventRing {

  private final Buffer[] texts;
  private final long[] ids;
  private long begin;
  private long end;
  private long gone;

  /**
   * A ring without events.
   *
   * @param most so many are kept
   */
  EventRing(int most) {
    texts = new Buffer[most];
    ids = new long[most];
  }

  /** Events up to that id are not here, whether or not there were any. */
  void clear(long upTo) {
    for (long place = begin; place < end; place++) {
      texts[slot(place)] = null;
    }
    begin = end;
    gone = upTo;
  }

  private int slot(long place) {
    return (int) (place % texts.length);
  }

  /** Ids have to ascend. */
  void add(long id, Buffer text) {
    if (end - begin == texts.length) {
      gone = ids[slot(begin)];
      begin++;
    }
    texts[slot(end)] = text;
    ids[slot(end)] = id;
    end++;
  }

  /** Place of the first event behind that id; -1: events behind it may be gone. */
  long behind(long id) {
    if (id < gone) {
      return -1;
    }
    long low = begin;
    long high = end;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (ids[slot(middle)] <= id) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Place of the oldest that is kept. */
  long begin() {
    return begin;
  }

  /** Place of the next one. */
  long end() {
    return end;
  }

  /** Behind as many events, from that place on, as have so many bytes together; one at least. */
  long fitting(long from, int bytes) {
    long to = from + 1;
    long all = texts[slot(from)].length();
    while (to < end && all + texts[slot(to)].length() <= bytes) {
      all += texts[slot(to)].length();
      to++;
    }
    return to;
  }

  /** The texts of those places, in one. */
  Buffer texts(long from, long to) {
    Buffer all = Buffer.buffer();
    for (long place = from; place < to; place++) {
      all.appendBuffer(texts[slot(place)]);
    }
    return all;
  }
}
