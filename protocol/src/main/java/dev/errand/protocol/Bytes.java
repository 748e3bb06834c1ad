package dev.errand.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A slice of an array that nobody changes any more: payloads and results point into the frame they
 * arrived in instead of being copied.
 *
 * @param array the array; shared, never to be written to
 * @param offset of the first byte
 * @param length in bytes
 */
public record Bytes(byte[] array, int offset, int length) {

  /** No bytes at all (which is not valid JSON, so never a payload). */
  public static final Bytes EMPTY = of(new byte[0]);

  /** Of an array this much larger a slice is copied by {@link #compact}. */
  private static final int LOOSE = 2;

  private static final int LOOSE_BYTES = 64;

  public Bytes {
    if (offset < 0 || length < 0 || length > array.length - offset) {
      throw new IndexOutOfBoundsException(
          "slice " + offset + "+" + length + " of " + array.length + " bytes");
    }
  }

  /** The whole array, not copied. */
  public static Bytes of(byte[] array) {
    return new Bytes(array, 0, array.length);
  }

  /** The text in UTF-8. */
  public static Bytes of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The bytes as UTF-8 text. */
  public String text() {
    return new String(array, offset, length, StandardCharsets.UTF_8);
  }

  /** A copy in an array of its own. */
  public byte[] copy() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /**
   * The same bytes without the rest of the array they are in, if that is much larger: for what is
   * kept for long.
   */
  public Bytes compact() {
    return array.length <= LOOSE * length + LOOSE_BYTES ? this : of(copy());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that
        && Arrays.equals(
            array, offset, offset + length, that.array, that.offset, that.offset + that.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + array[i];
    }
    return hash;
  }

  /** The length only: payloads and results stay out of logs. */
  @Override
  public String toString() {
    return length + " bytes";
  }
}
