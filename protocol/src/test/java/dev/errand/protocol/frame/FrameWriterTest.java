package dev.errand.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Progress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Primitive fields and control messages come back as they were written. */
class FrameWriterTest {

  private static byte[] frame(FrameWriter written) {
    return written.frame(FrameKind.ACK, Sample.SESSION, 0, Credit.NONE);
  }

  private static void assertMalformed(byte[] frame) {
    assertThatThrownBy(() -> Sample.read(frame)).isInstanceOf(MalformedFrameException.class);
  }

  @Test
  void fixedNumbersComeBack() throws Exception {
    FrameWriter out = new FrameWriter().u8(0).u8(127).u8(255);
    out.i32(0).i32(-1).i32(Integer.MIN_VALUE).i32(Integer.MAX_VALUE).i32(0x01020304);
    out.i64(0).i64(-1).i64(Long.MIN_VALUE).i64(Long.MAX_VALUE).i64(0x0102030485060708L);
    FrameReader in = new FrameReader(frame(out));
    assertThat(List.of(in.u8(), in.u8(), in.u8())).containsExactly(0, 127, 255);
    assertThat(List.of(in.i32(), in.i32(), in.i32(), in.i32(), in.i32()))
        .containsExactly(0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x01020304);
    assertThat(List.of(in.i64(), in.i64(), in.i64(), in.i64(), in.i64()))
        .containsExactly(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, 0x0102030485060708L);
    in.end();
  }

  @Test
  void smallNumbersAreShortAndAllComeBack() throws Exception {
    for (int bits = 0; bits <= 63; bits++) {
      long largest = (1L << bits) - 1; // for 63, too
      FrameWriter out = new FrameWriter().varint(largest);
      assertThat(out.length() - Header.BYTES).isEqualTo(Math.max(1, (bits + 6) / 7));
      assertThat(new FrameReader(frame(out)).varint()).isEqualTo(largest);
    }
    assertThatThrownBy(() -> new FrameWriter().varint(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void bytesComeBackAsSlicesOfTheFrame() throws Exception {
    byte[] noise = new byte[100_000];
    new Random(1).nextBytes(noise);
    for (int length : new int[] {0, 1, 127, 128, 16_384, 90_000}) {
      Bytes slice = new Bytes(noise, 77, length);
      byte[] frame = frame(new FrameWriter().bytes(slice).u8(9));
      FrameReader in = new FrameReader(frame);
      Bytes back = in.bytes();
      assertThat(back).isEqualTo(slice);
      assertThat(back.array()).isSameAs(frame);
      assertThat(in.u8()).isEqualTo(9);
    }
  }

  @Test
  void textsComeBack() throws Exception {
    for (String text : List.of("", "a", "ü€𝄞\u0000\n", "x".repeat(70_000))) {
      assertThat(new FrameReader(frame(new FrameWriter().text(text))).text(70_000)).isEqualTo(text);
    }
  }

  @Test
  void hellosComeBack() throws Exception {
    String longest = "é".repeat(500);
    for (String text : List.of("", "n", longest)) {
      ClientHello client = new ClientHello(text);
      assertThat(Sample.read(client.frame(Sample.UNKNOWN))).isEqualTo(client);
      List<Offer> offers =
          List.of(
              new Offer(text, Pool.BLOCKING, 0), new Offer("t", Pool.EVENT_LOOP, Long.MAX_VALUE));
      for (WorkerHello worker :
          List.of(
              new WorkerHello(text, text, Credit.NONE, List.of(), Map.of(), List.of(), false),
              new WorkerHello(
                  text,
                  "",
                  new Credit(Long.MAX_VALUE, Long.MAX_VALUE),
                  offers,
                  Map.of(),
                  Stream.of(0L, Long.MIN_VALUE, Long.MAX_VALUE)
                      .map(id -> new WorkerHello.Held(id, 0))
                      .toList(),
                  true))) {
        assertThat(Sample.read(worker.frame(Sample.UNKNOWN))).isEqualTo(worker);
      }
    }
    assertMalformed(new ClientHello(longest + "x").frame(Sample.UNKNOWN));
  }

  @Test
  void answersComeBack() throws Exception {
    int most = Integer.MAX_VALUE;
    for (Welcome welcome :
        List.of(new Welcome(false, 1, 1, 0, 0), new Welcome(true, most, most, most, most))) {
      assertThat(Sample.read(welcome.frame(Sample.SESSION))).isEqualTo(welcome);
    }
    for (String reason : List.of("", "r".repeat(2_000))) {
      Refused refused = new Refused(reason);
      assertThat(Sample.read(refused.frame(Sample.UNKNOWN))).isEqualTo(refused);
    }
    for (long received : new long[] {0, 1, Long.MAX_VALUE}) {
      HeartbeatReply reply = new HeartbeatReply(received);
      assertThat(Sample.read(reply.frame(Sample.SESSION, 0))).isEqualTo(reply);
    }
  }

  @Test
  void aWelcomeWithoutTimeIsMalformed() {
    assertMalformed(new Welcome(true, 0, 3_000, 1, 1).frame(Sample.SESSION));
    assertMalformed(new Welcome(true, 1_000, 999, 1, 1).frame(Sample.SESSION));
  }

  @Test
  void heartbeatsComeBackWithAnyProgress() throws Exception {
    Map<Long, Progress> progress = new LinkedHashMap<>();
    assertThat(heartbeat(progress)).isEmpty();
    for (int i = 0; i < 1_000; i++) {
      progress.put((long) i << 40, new Progress(i / 1_024.0, "€".repeat(i % 201)));
    }
    assertThat(heartbeat(progress)).isEqualTo(progress).hasSize(1_000);
  }

  private static Map<Long, Progress> heartbeat(Map<Long, Progress> progress) throws Exception {
    byte[] frame = new Heartbeat(progress).frame(Sample.SESSION, 1, Credit.NONE);
    return Heartbeat.read(frame).progress();
  }

  @Test
  void aFractionThatIsNoneReadsAsOneBetweenZeroAndOne() throws Exception {
    for (float odd : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, -1, 2, Float.MAX_VALUE}) {
      FrameWriter out = new FrameWriter().varint(1).i64(5).i32(Float.floatToRawIntBits(odd));
      byte[] frame = out.text("m").frame(FrameKind.HEARTBEAT, Sample.SESSION, 0, Credit.NONE);
      assertThat(Heartbeat.read(frame).progress().get(5L).fraction()).isBetween(0.0, 1.0);
    }
  }
}
