package dev.errand.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HeaderTest {

  private static byte[] frame() {
    return new FrameWriter().frame(FrameKind.ACK, Sample.SESSION, 0, Credit.NONE);
  }

  private static void assertMalformed(byte[] frame, String message) {
    assertThatThrownBy(() -> Header.read(frame))
        .isInstanceOf(MalformedFrameException.class)
        .hasMessageContaining(message);
  }

  @Test
  void allFieldsComeBackAtTheirExtremes() throws Exception {
    Session[] sessions = {
      new Session(0, 0, 0, 0, 0),
      new Session(-1, Long.MIN_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE),
      new Session(Integer.MIN_VALUE, -1, 1, 1, 1)
    };
    for (FrameKind kind : FrameKind.values()) {
      for (Session session : sessions) {
        for (long number : new long[] {0, 1, 1L << 32, Long.MAX_VALUE}) {
          byte[] frame = new FrameWriter().frame(kind, session, number, new Credit(number, 0));
          assertThat(Header.read(frame))
              .isEqualTo(new Header(kind, session, 0, number, new Credit(number, 0)));
          Header.stamp(frame, Sample.SESSION, number, 3, new Credit(0, number));
          assertThat(Header.read(frame))
              .isEqualTo(new Header(kind, Sample.SESSION, number, 3, new Credit(0, number)));
        }
      }
    }
  }

  @Test
  void magicAndVersionMustBeKnown() {
    for (int value = 0; value < 256; value++) {
      byte[] frame = frame();
      if (value != 0xE5) {
        frame[0] = (byte) value;
        assertMalformed(frame, "not a frame");
      }
      frame = frame();
      if (value != 1) {
        frame[1] = (byte) value;
        assertMalformed(frame, "protocol version " + value + ", this node speaks 1");
      }
    }
  }

  @Test
  void kindsOfLaterVersionsAreUnknownAndTheRestOfTheHeaderIsRead() throws Exception {
    byte[] frame = frame();
    Header.stamp(frame, Sample.SESSION, 3, 2, Credit.NONE);
    for (int value = FrameKind.UNKNOWN.ordinal(); value < 256; value++) {
      frame[2] = (byte) value;
      assertThat(Header.read(frame))
          .isEqualTo(new Header(FrameKind.UNKNOWN, Sample.SESSION, 3, 2, Credit.NONE));
    }
  }

  @Test
  void theReservedByteIsNotRead() throws Exception {
    byte[] frame = frame();
    Header header = Header.read(frame);
    frame[3] = -1;
    assertThat(Header.read(frame)).isEqualTo(header);
  }

  @Test
  void negativeNumbersAreMalformed() {
    for (int offset : new int[] {32, 40, 48, 56}) {
      byte[] frame = frame();
      frame[offset] = -1;
      assertMalformed(frame, "negative");
    }
  }

  @Test
  void aFrameIsNeitherShorterThanItsHeaderNorOverSeventeenMebibytes() throws Exception {
    for (int length = 0; length < Header.BYTES; length++) {
      byte[] frame = new byte[length];
      System.arraycopy(frame(), 0, frame, 0, length);
      assertMalformed(frame, "a frame of " + length + " bytes has no header");
    }
    byte[] longest = new byte[17 * 1024 * 1024];
    System.arraycopy(frame(), 0, longest, 0, Header.BYTES);
    assertThat(Header.read(longest).kind()).isEqualTo(FrameKind.ACK);
    byte[] longer = new byte[longest.length + 1];
    System.arraycopy(frame(), 0, longer, 0, Header.BYTES);
    assertMalformed(longer, "too long");
  }

  @Test
  void aClustersNameIsTheChecksumThatOthersKnow() {
    assertThat(Header.cluster("123456789")).isEqualTo(0xE3069283); // CRC-32C's check value
    assertThat(Header.cluster("errand")).isNotEqualTo(Header.cluster("errand2"));
  }
}
