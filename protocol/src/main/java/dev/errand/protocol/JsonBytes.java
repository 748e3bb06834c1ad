package dev.errand.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Writes JSON text in UTF-8, value by value, into an array that grows. JSON that is there already
 * goes in as it is, byte for byte. Whoever writes sees to it that brackets match and that values
 * have names where they need them. Not thread-safe.
 */
public final class JsonBytes {

  private static final String HEX = "0123456789abcdef";
  private static final byte[] TRUE = Bytes.of("true").array();
  private static final byte[] FALSE = Bytes.of("false").array();

  private byte[] bytes;
  private int length;
  private boolean comma;

  /** Empty; room for that many bytes is taken at once. */
  public JsonBytes(int likely) {
    bytes = new byte[Math.max(16, likely)];
  }

  /** Bytes that are written. */
  public int length() {
    return length;
  }

  /** All that was written, as a copy. */
  public byte[] toArray() {
    return Arrays.copyOf(bytes, length);
  }

  public JsonBytes beginObject() {
    return begin('{');
  }

  public JsonBytes endObject() {
    return end('}');
  }

  public JsonBytes beginArray() {
    return begin('[');
  }

  public JsonBytes endArray() {
    return end(']');
  }

  private JsonBytes begin(char bracket) {
    separate();
    put(bracket);
    comma = false;
    return this;
  }

  private JsonBytes end(char bracket) {
    put(bracket);
    comma = true;
    return this;
  }

  /** Ends a line: what follows is another text. */
  public JsonBytes endLine() {
    put('\n');
    comma = false;
    return this;
  }

  /** The name of the value that comes next. */
  public JsonBytes name(String name) {
    separate();
    quote(name);
    put(':');
    comma = false;
    return this;
  }

  public JsonBytes text(String value) {
    separate();
    quote(value);
    comma = true;
    return this;
  }

  public JsonBytes number(long value) {
    return plain(Long.toString(value));
  }

  /** A finite number. */
  public JsonBytes number(double value) {
    return plain(Double.toString(value));
  }

  public JsonBytes flag(boolean value) {
    byte[] text = value ? TRUE : FALSE;
    return raw(text, 0, text.length);
  }

  /** JSON text as it is. */
  public JsonBytes json(Bytes value) {
    return raw(value.array(), value.offset(), value.length());
  }

  /** A field with that text; none if it is null. */
  public JsonBytes field(String name, String value) {
    return value == null ? this : name(name).text(value);
  }

  /** A field with that JSON text as it is; none if it is null. */
  public JsonBytes field(String name, Bytes value) {
    return value == null ? this : name(name).json(value);
  }

  /** A field with that number. */
  public JsonBytes field(String name, long value) {
    return name(name).number(value);
  }

  /** A field with a time as RFC 3339 has it; none if the milliseconds since 1970 are 0. */
  public JsonBytes time(String name, long millis) {
    return millis == 0 ? this : name(name).text(Instant.ofEpochMilli(millis).toString());
  }

  private void separate() {
    if (comma) {
      put(',');
    }
  }

  private JsonBytes plain(String ascii) {
    separate();
    int count = ascii.length();
    grow(count);
    for (int i = 0; i < count; i++) {
      bytes[length++] = (byte) ascii.charAt(i);
    }
    comma = true;
    return this;
  }

  private JsonBytes raw(byte[] from, int offset, int count) {
    separate();
    copy(from, offset, count);
    comma = true;
    return this;
  }

  private void copy(byte[] from, int offset, int count) {
    grow(count);
    System.arraycopy(from, offset, bytes, length, count);
    length += count;
  }

  private void quote(String text) {
    put('"');
    int count = text.length();
    grow(count);
    for (int i = 0; i < count; i++) {
      char each = text.charAt(i);
      if (each >= 0x80) {
        int end = i + 1;
        while (end < count && text.charAt(end) >= 0x80) {
          end++;
        }
        byte[] utf8 = text.substring(i, end).getBytes(StandardCharsets.UTF_8);
        copy(utf8, 0, utf8.length);
        i = end - 1;
      } else if (each < ' ' || each == '"' || each == '\\') {
        escape(each);
      } else {
        put(each);
      }
    }
    put('"');
  }

  private void escape(char each) {
    put('\\');
    switch (each) {
      case '"', '\\' -> put(each);
      case '\n' -> put('n');
      case '\r' -> put('r');
      case '\t' -> put('t');
      default -> {
        put('u');
        put('0');
        put('0');
        put(HEX.charAt(each >> 4));
        put(HEX.charAt(each & 15));
      }
    }
  }

  private void put(char ascii) {
    grow(1);
    bytes[length++] = (byte) ascii;
  }

  private void grow(int more) {
    if (more > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
    }
  }
}
