package dev.errand.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever arrives, a reader gives what it says or calls it malformed, and takes little memory. */
class FrameReaderTest {

  private static final int MUTATIONS = 4_000;
  private static final long MOST_ALLOCATED = 1 << 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Numbers that lie about how much follows. */
  private static final byte[][] LIES = {
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x7f},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07},
    {-1, -1, -1, -1, -1, -1, -1, -1, 0x7f},
    {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
    {0x7f, -1, -1, -1},
    {0, 1, 0, 0}
  };

  private static FrameReader reader(FrameWriter written) {
    return new FrameReader(written.frame(FrameKind.ACK, Sample.SESSION, 0, Credit.NONE));
  }

  private interface Reading {
    Object read(FrameReader in) throws MalformedFrameException;
  }

  private static void assertMalformed(FrameWriter written, Reading reading) {
    assertThatThrownBy(() -> reading.read(reader(written)))
        .isInstanceOf(MalformedFrameException.class);
  }

  /** Whether it could be read; anything but a result or a malformed frame is a failure. */
  private static boolean survives(byte[] frame) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    boolean readable;
    try {
      Sample.read(frame);
      readable = true;
    } catch (MalformedFrameException e) {
      readable = false;
    }
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated for a frame of %s bytes", frame.length)
        .isLessThan(MOST_ALLOCATED);
    return readable;
  }

  @Test
  void aFrameCutAnywhereIsMalformed() {
    for (Sample sample : Sample.both()) {
      for (int length = 0; length < sample.frame().length; length++) {
        assertThat(survives(Arrays.copyOf(sample.frame(), length)))
            .as("%s cut to %s bytes", sample.header().kind(), length)
            .isFalse();
      }
    }
  }

  @Test
  void aFrameWithMoreBehindItIsMalformed() {
    for (Sample sample : Sample.both()) {
      assertThat(survives(Arrays.copyOf(sample.frame(), sample.frame().length + 1)))
          .as("%s", sample.header().kind())
          .isFalse();
    }
  }

  @Test
  void noMutationDoesHarm() {
    Random random = new Random(20_260_701);
    for (Sample sample : Sample.both()) {
      int readable = 0;
      for (int i = 0; i < MUTATIONS; i++) {
        readable += survives(mutated(sample.frame(), random)) ? 1 : 0;
      }
      assertThat(readable).as("%s", sample.header()).isBetween(1, MUTATIONS - 1);
    }
  }

  private static byte[] mutated(byte[] frame, Random random) {
    byte[] mutated = frame.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      boolean inBody = frame.length > Header.BYTES && random.nextInt(4) != 0;
      int from = inBody ? Header.BYTES : 0;
      mutated[from + random.nextInt(frame.length - from)] = (byte) random.nextInt(256);
    }
    int length = frame.length - (random.nextInt(8) == 0 ? random.nextInt(frame.length) : 0);
    return Arrays.copyOf(mutated, length);
  }

  @Test
  void noLieAboutALengthDoesHarm() {
    for (Sample sample : Sample.both()) {
      for (int at = Header.BYTES; at < sample.frame().length; at++) {
        for (byte[] lie : LIES) {
          byte[] lying = Arrays.copyOf(sample.frame(), Math.max(at + lie.length, 400));
          System.arraycopy(lie, 0, lying, at, lie.length);
          survives(lying);
          survives(Arrays.copyOf(lying, at + lie.length));
        }
      }
    }
  }

  @Test
  void noiseIsMalformed() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      byte[] noise = new byte[random.nextInt(300)];
      random.nextBytes(noise);
      assertThat(survives(noise)).isFalse();
    }
  }

  @Test
  void aNumberHasAtMostSixtyThreeBits() {
    FrameWriter tooLong = new FrameWriter();
    for (int i = 0; i < 9; i++) {
      tooLong.u8(0xff);
    }
    assertMalformed(tooLong.u8(1), FrameReader::varint);
    assertMalformed(new FrameWriter().u8(0x80), FrameReader::varint);
    assertMalformed(new FrameWriter().varint(1L + Integer.MAX_VALUE), in -> in.varint(1 << 30));
    assertMalformed(new FrameWriter().varint(8), in -> in.varint(7));
  }

  @Test
  void lengthsAreCheckedAgainstWhatIsLeft() throws Exception {
    assertMalformed(new FrameWriter().varint(4).u8(1).u8(2).u8(3), FrameReader::bytes);
    assertMalformed(new FrameWriter().varint(4).u8(1).u8(2).u8(3), in -> in.text(100));
    assertMalformed(new FrameWriter().text("abcd"), in -> in.text(3));
    assertThat(reader(new FrameWriter().text("abcd")).text(4)).isEqualTo("abcd");
  }

  @Test
  void badUtf8BecomesReplacementCharacters() throws Exception {
    assertThat(reader(new FrameWriter().varint(3).u8('a').u8(0xff).u8('b')).text(10))
        .isEqualTo("a\ufffdb");
  }
}
