package dev.errand.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The frames as version 1 wrote them: later versions go on reading them. */
class FrameKindTest {

  private static final Map<FrameKind, byte[]> GOLDEN = golden("frames-v1.txt");

  /** What version 1 says where there is more to say. */
  private static final Map<FrameKind, byte[]> MORE = golden("frames-v1-more.txt");

  /** Kind by kind: a line with its name, then lines of hex that begin with a blank. */
  private static Map<FrameKind, byte[]> golden(String file) {
    Map<FrameKind, StringBuilder> hex = new EnumMap<>(FrameKind.class);
    FrameKind kind = null;
    for (String line : resource(file).lines().toList()) {
      if (line.startsWith(" ")) {
        hex.get(kind).append(line.replace(" ", ""));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        kind = FrameKind.valueOf(line.strip());
        hex.put(kind, new StringBuilder());
      }
    }
    Map<FrameKind, byte[]> frames = new EnumMap<>(FrameKind.class);
    hex.forEach((of, text) -> frames.put(of, HexFormat.of().parseHex(text)));
    return frames;
  }

  private static String resource(String name) {
    try (InputStream in = FrameKindTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void everyKindHasItsGoldenFrameAndItsCode() {
    Set<FrameKind> known = EnumSet.complementOf(EnumSet.of(FrameKind.UNKNOWN));
    assertThat(GOLDEN.keySet()).isEqualTo(known);
    GOLDEN.forEach((kind, frame) -> assertThat(frame[2]).as("%s", kind).isEqualTo(code(kind)));
  }

  private static byte code(FrameKind kind) {
    return switch (kind) {
      case WORKER_HELLO -> 0;
      case CLIENT_HELLO -> 1;
      case WELCOME -> 2;
      case REFUSED -> 3;
      case HEARTBEAT -> 4;
      case HEARTBEAT_REPLY -> 5;
      case RESET -> 6;
      case ACK -> 7;
      case GRANT -> 8;
      case CANCEL -> 9;
      case OUTCOMES -> 10;
      case RELEASE -> 11;
      case DRAINING -> 12;
      case BYE -> 13;
      case SUBMIT -> 14;
      case ACCEPTED -> 15;
      case WATCH -> 16;
      case DONE -> 17;
      case DRAIN -> 18;
      case UNKNOWN -> throw new AssertionError("not on the wire");
    };
  }

  @Test
  void goldenFramesSayWhatTheySaid() throws Exception {
    sayTheSame(GOLDEN, Sample.all());
    sayTheSame(MORE, Sample.more());
  }

  private static void sayTheSame(Map<FrameKind, byte[]> golden, Map<FrameKind, Sample> samples)
      throws Exception {
    assertThat(golden.keySet()).isEqualTo(samples.keySet());
    for (Map.Entry<FrameKind, byte[]> each : golden.entrySet()) {
      Sample expected = samples.get(each.getKey());
      assertThat(Header.read(each.getValue())).isEqualTo(expected.header());
      assertThat(Sample.read(each.getValue())).isEqualTo(expected.body());
    }
  }

  @Test
  void theSameIsWrittenToTheByte() {
    areWritten(GOLDEN, Sample.all());
    areWritten(MORE, Sample.more());
  }

  private static void areWritten(Map<FrameKind, byte[]> golden, Map<FrameKind, Sample> samples) {
    samples.forEach(
        (kind, sample) ->
            assertThat(HexFormat.of().formatHex(sample.frame()))
                .as("%s", kind)
                .isEqualTo(HexFormat.of().formatHex(golden.get(kind))));
  }
}
