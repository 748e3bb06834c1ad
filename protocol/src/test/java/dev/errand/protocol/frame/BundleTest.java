package dev.errand.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BundleTest {

  private static byte[] frame(int bytes) {
    byte[] frame = new byte[bytes];
    frame[0] = (byte) 0xE5;
    frame[bytes - 1] = (byte) bytes;
    return frame;
  }

  private static List<byte[]> pack(List<byte[]> frames) {
    List<byte[]> messages = new ArrayList<>();
    Bundle.pack(frames, messages::add);
    return messages;
  }

  private static List<byte[]> unpack(byte[] message) {
    List<byte[]> frames = new ArrayList<>();
    Bundle.unpack(message, frames::add);
    return frames;
  }

  private static List<byte[]> unpackAll(List<byte[]> messages) {
    return messages.stream().flatMap(each -> unpack(each).stream()).toList();
  }

  @Test
  void aFrameAloneTravelsAsItIs() {
    byte[] alone = frame(100);
    List<byte[]> messages = pack(List.of(alone));
    assertThat(messages).hasSize(1);
    assertThat(messages.get(0)).isSameAs(alone);
    assertThat(unpack(alone).get(0)).isSameAs(alone);
    assertThat(pack(List.of())).isEmpty();
  }

  @Test
  void framesComeBackInTheirOrder() {
    List<byte[]> frames = List.of(frame(64), frame(3_000), frame(65), frame(64));
    List<byte[]> messages = pack(frames);
    assertThat(messages).hasSize(1);
    assertThat(unpackAll(messages)).containsExactly(frames.toArray(byte[][]::new));
  }

  @Test
  void noMessageIsLongerThanAllowedButForAFrameThatIs() {
    Random random = new Random(6);
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      frames.add(frame(64 + random.nextInt(Bundle.MAX_BYTES / 8)));
    }
    frames.add(7, frame(Bundle.MAX_BYTES));
    frames.add(70, frame(3 * Bundle.MAX_BYTES));
    List<byte[]> messages = pack(frames);
    assertThat(unpackAll(messages)).containsExactly(frames.toArray(byte[][]::new));
    assertThat(messages).filteredOn(each -> each.length > Bundle.MAX_BYTES).hasSize(1);
    assertThat(messages.size()).isLessThan(40);
  }

  @Test
  void aMessageThatIsCutOffOrOfALaterVersionReadsAsMalformedFromThere() {
    byte[] whole = pack(List.of(frame(64), frame(70))).get(0);
    for (int length = 2; length < whole.length; length++) {
      List<byte[]> frames = unpack(Arrays.copyOf(whole, length));
      // Between the frames a message may end.
      if (length == 2 || length == 2 + 4 + 64) {
        assertThat(frames).hasSize(length == 2 ? 0 : 1);
      } else {
        assertThat(frames).hasSize(length < 2 + 4 + 64 ? 1 : 2);
        assertThat(frames.get(frames.size() - 1)).isEmpty();
      }
    }
    whole[1] = 2;
    assertThat(unpack(whole)).containsExactly(new byte[0]);
  }

  @Test
  void aLengthThatIsNoneReadsAsMalformed() {
    byte[] whole = pack(List.of(frame(64), frame(70))).get(0);
    whole[2] = (byte) 0x80;
    assertThat(unpack(whole)).containsExactly(new byte[0]);
    whole[2] = 0x7f;
    assertThat(unpack(whole)).containsExactly(new byte[0]);
  }
}
