package dev.errand.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Watch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Both streams of one direction. */
class SendStreamTest {

  private static final Session SESSION = new Session(1, 2, 3, 4, 5);
  private static final Session NEXT_SESSION = new Session(1, 2, 3, 4, 6);

  private final SendStream stream = new SendStream();
  private final List<byte[]> out = new ArrayList<>();

  private void watch(long id) {
    new Watch(id).write(stream.batch(FrameKind.WATCH));
  }

  /** So many frames, each with a watch of its own number. */
  private void sendFrames(int count) throws Exception {
    for (int i = 1; i <= count; i++) {
      watch(i);
      flush();
    }
    assertThat(numbers()).hasSize(count);
  }

  private void flush() {
    stream.flush(SESSION, 0, Credit.NONE, out::add);
  }

  private void repeat(long received) {
    stream.repeat(received, SESSION, 0, Credit.NONE, out::add);
  }

  /** The numbers of what left since the last look. */
  private List<Long> numbers() throws Exception {
    List<Long> numbers = new ArrayList<>();
    for (byte[] frame : out) {
      numbers.add(Header.read(frame).seq());
    }
    out.clear();
    return numbers;
  }

  private static List<Long> watches(byte[] frame) throws Exception {
    BatchReader batch = new BatchReader(frame);
    List<Long> ids = new ArrayList<>();
    while (batch.next()) {
      ids.add(Watch.read(batch).id());
    }
    return ids;
  }

  @Test
  void theReceiverTakesEachFrameOnceAndInOrder() {
    ReceiveStream receiving = new ReceiveStream();
    boolean[] taken = new boolean[7];
    long[] arrivals = {2, 1, 1, 3, 2, 5, 4};
    for (int i = 0; i < arrivals.length; i++) {
      taken[i] = receiving.take(arrivals[i]);
    }
    assertThat(taken).containsExactly(false, true, false, false, true, false, false);
    assertThat(receiving.received()).isEqualTo(2);
    assertThat(receiving.isNext(3)).isTrue();
    assertThat(receiving.received()).isEqualTo(2);
  }

  @Test
  void entriesOfOneKindAndTurnShareAFrame() throws Exception {
    watch(11);
    watch(12);
    stream.batch(FrameKind.BYE);
    watch(13);
    assertThat(stream.waiting()).isTrue();
    flush();
    assertThat(stream.waiting()).isFalse();
    assertThat(out).hasSize(3);
    assertThat(watches(out.get(0))).containsExactly(11L, 12L);
    assertThat(Header.read(out.get(1)).kind()).isEqualTo(FrameKind.BYE);
    assertThat(watches(out.get(2))).containsExactly(13L);
    assertThat(numbers()).containsExactly(1L, 2L, 3L);
    flush();
    assertThat(out).isEmpty();
  }

  @Test
  void aLongBatchIsClosed() throws Exception {
    Bytes payload = Bytes.of("\"" + "x".repeat(1_000) + "\"");
    for (int i = 0; i < 1_000; i++) {
      Grant.write(stream.batch(FrameKind.GRANT), i, i, 1, "t", 1, payload);
    }
    flush();
    assertThat(out).hasSizeBetween(4, 5);
    assertThat(out.subList(0, out.size() - 1))
        .allMatch(frame -> frame.length >= 256 * 1_024 && frame.length < 260 * 1_024);
    int entries = 0;
    for (byte[] frame : out) {
      entries += new BatchReader(frame).left();
    }
    assertThat(entries).isEqualTo(1_000);
  }

  @Test
  void framesCarryTheSessionTheAcknowledgementAndTheCredit() throws Exception {
    watch(1);
    stream.flush(SESSION, 77, new Credit(8, 9), out::add);
    assertThat(Header.read(out.get(0)))
        .isEqualTo(new Header(FrameKind.WATCH, SESSION, 1, 77, new Credit(8, 9)));
    stream.mark();
    stream.repeat(0, SESSION, 78, new Credit(10, 9), out::add);
    assertThat(Header.read(out.get(1)))
        .isEqualTo(new Header(FrameKind.WATCH, SESSION, 1, 78, new Credit(10, 9)));
  }

  @Test
  void framesAreKeptUntilTheyAreAcknowledged() throws Exception {
    sendFrames(3);
    long bytes = stream.keptBytes();
    assertThat(stream.unacknowledged()).isEqualTo(3);
    stream.acknowledged(1);
    assertThat(stream.unacknowledged()).isEqualTo(2);
    assertThat(stream.keptBytes()).isEqualTo(bytes / 3 * 2);
    stream.acknowledged(0);
    stream.acknowledged(1);
    assertThat(stream.unacknowledged()).isEqualTo(2);
    stream.acknowledged(3);
    assertThat(stream.unacknowledged()).isZero();
    assertThat(stream.keptBytes()).isZero();
    watch(4);
    flush();
    assertThat(numbers()).containsExactly(4L);
  }

  @Test
  void whatWasNotSentCannotBeAcknowledged() throws Exception {
    sendFrames(1);
    watch(2);
    stream.batch(FrameKind.BYE);
    stream.acknowledged(Long.MAX_VALUE);
    flush();
    assertThat(numbers()).containsExactly(2L, 3L);
    assertThat(stream.unacknowledged()).isEqualTo(2);
  }

  @Test
  void whatWasMissingAtTheHeartbeatIsRepeatedFromTheGapOn() throws Exception {
    sendFrames(4);
    stream.acknowledged(1);
    stream.mark();
    watch(5);
    flush();
    numbers();
    repeat(2);
    assertThat(watches(out.get(0))).containsExactly(3L);
    assertThat(numbers()).containsExactly(3L, 4L, 5L);
    repeat(0); // an old answer: what was acknowledged is not there any more
    assertThat(numbers()).containsExactly(2L, 3L, 4L, 5L);
  }

  @Test
  void whatMayStillBeOnItsWayIsNotRepeated() throws Exception {
    sendFrames(2);
    repeat(0);
    assertThat(out).isEmpty();
    stream.mark();
    watch(3);
    flush();
    numbers();
    repeat(2);
    assertThat(out).isEmpty();
    watch(4);
    stream.batch(FrameKind.BYE); // closes the frame behind it, which is not sent yet
    repeat(1);
    assertThat(numbers()).containsExactly(2L, 3L);
  }

  @Test
  void aNewSessionBeginsFromOneWithWhatIsNotAcknowledged() throws Exception {
    sendFrames(3);
    stream.mark();
    stream.acknowledged(1);
    watch(4);
    stream.restart();
    stream.flush(NEXT_SESSION, 0, Credit.NONE, out::add);
    assertThat(out).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(Header.read(out.get(i)).session()).isEqualTo(NEXT_SESSION);
      assertThat(watches(out.get(i))).containsExactly(i + 2L);
    }
    assertThat(numbers()).containsExactly(1L, 2L, 3L);
    repeat(0); // nothing is marked in this session
    assertThat(out).isEmpty();
  }

  @Test
  void aFrameThatWasSentIsNeverWrittenToAgain() throws Exception {
    watch(1);
    flush();
    byte[] sent = out.get(0);
    byte[] before = sent.clone();
    stream.mark();
    stream.repeat(0, SESSION, 5, new Credit(5, 5), out::add);
    stream.restart();
    stream.flush(NEXT_SESSION, 6, Credit.NONE, out::add);
    assertThat(out).hasSize(3);
    assertThat(sent).isEqualTo(before);
  }

  @Test
  void clearingForgetsEverything() throws Exception {
    sendFrames(2);
    watch(3);
    stream.clear();
    assertThat(stream.waiting()).isFalse();
    assertThat(stream.unacknowledged()).isZero();
    assertThat(stream.keptBytes()).isZero();
    watch(4);
    flush();
    assertThat(watches(out.get(0))).containsExactly(4L);
    assertThat(numbers()).containsExactly(1L);
  }

  @Test
  void whatIsKeptCanBeLookedAtEvenBeforeItLeaves() throws Exception {
    sendFrames(2);
    stream.acknowledged(1);
    watch(3);
    List<byte[]> kept = new ArrayList<>();
    stream.forEachKept(kept::add);
    assertThat(kept).hasSize(2);
    assertThat(watches(kept.get(0))).containsExactly(2L);
    assertThat(watches(kept.get(1))).containsExactly(3L);
    flush();
    assertThat(numbers()).containsExactly(3L);
  }
}
