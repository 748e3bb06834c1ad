package dev.errand.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A standard output that takes some writes, and then nobody reads it any more. */
class ClosedOutput extends OutputStream {

  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
  private int left;

  ClosedOutput(int writes) {
    left = writes;
  }

  String taken() {
    return taken.toString(StandardCharsets.UTF_8);
  }

  /** Called behind each write that it takes. */
  void wasTaken() {}

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (left-- <= 0) {
      throw new IOException("Broken pipe");
    }
    taken.write(bytes, offset, length);
    wasTaken();
  }
}
