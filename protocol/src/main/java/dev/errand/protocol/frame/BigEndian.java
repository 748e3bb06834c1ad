package dev.errand.protocol.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in arrays of bytes, the highest byte first, in one step instead of byte by byte. */
final class BigEndian {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private BigEndian() {}

  static int i32(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  static long i64(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  static void i32(byte[] bytes, int at, int value) {
    INT.set(bytes, at, value);
  }

  static void i64(byte[] bytes, int at, long value) {
    LONG.set(bytes, at, value);
  }
}
