package dev.errand.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.frame.BatchWriter;
import dev.errand.protocol.frame.ClientHello;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.FrameWriter;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Heartbeat;
import dev.errand.protocol.frame.HeartbeatReply;
import dev.errand.protocol.frame.Refused;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Watch;
import dev.errand.protocol.frame.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The link in virtual time, by hand: milliseconds on a clock that begins far below zero. */
class DispatcherLinkTest {

  private static final int CLUSTER = 7;
  private static final long PEER = 99;
  private static final Session FIRST = new Session(CLUSTER, 1, 1, PEER, 1);
  private static final Session SECOND = new Session(CLUSTER, 1, 1, PEER, 2);
  private static final Session OTHER_STORE = new Session(CLUSTER, 2, 1, PEER, 1);
  private static final Welcome WELCOME = new Welcome(false, 1_000, 3_000, 1 << 20, 1 << 20);

  private final RecordingPort port = new RecordingPort();
  private final List<String> told = new ArrayList<>();
  private Credit credit = Credit.NONE;
  private final DispatcherLink link = new DispatcherLink(CLUSTER, PEER, new Owner(), port);

  private final class Owner implements DispatcherLink.Owner {
    @Override
    public byte[] hello(Session session) {
      return new ClientHello("node").frame(session);
    }

    @Override
    public byte[] heartbeat(Session session, long ack) {
      return new Heartbeat(Map.of()).frame(session, ack, credit);
    }

    @Override
    public Credit credit() {
      return credit;
    }

    @Override
    public void welcomed(Welcome welcome, boolean sameStore, long now) {
      told.add(sameStore ? "welcome back" : "welcome");
    }

    @Override
    public void lost(DispatcherLink.Loss how, long now) {
      told.add(how.toString());
    }

    @Override
    public void refused(String reason) {
      told.add("refused: " + reason);
    }

    @Override
    public void take(Header header, byte[] frame, long now) {
      told.add("frame " + header.seq());
    }
  }

  private static Session hello(int number) {
    return new Session(CLUSTER, 0, 0, PEER, number);
  }

  private static long at(long millis) {
    return Long.MIN_VALUE / 2 + millis * 1_000_000;
  }

  private void tick(long millis) {
    link.tick(at(millis));
  }

  private void answer(long millis, byte[] frame) {
    link.answer(frame, at(millis));
  }

  /** Says hello and is welcomed, both at that time. */
  private void begin(long millis, Session session) {
    tick(millis);
    answer(millis, WELCOME.frame(session));
    link.flush();
  }

  private void watch(long id) {
    new Watch(id).write(link.batch(FrameKind.WATCH));
    link.flush();
  }

  private void receive(Session session, long seq, long ack) {
    BatchWriter batch = new BatchWriter(FrameKind.WATCH);
    new Watch(seq).write(batch);
    byte[] frame = batch.frame(session);
    Header.stamp(frame, session, seq, ack, Credit.NONE);
    link.receive(frame, at(0));
  }

  private static byte[] reset(Session session) {
    return new FrameWriter().frame(FrameKind.RESET, session, 0, Credit.NONE);
  }

  private List<Long> sentNumbers() {
    return port.headers().stream().map(Header::seq).toList();
  }

  @Test
  void helloIsSaidUntilItIsAnswered() {
    tick(0);
    assertThat(port.asked(0))
        .isEqualTo(new Header(FrameKind.CLIENT_HELLO, hello(1), 0, 0, Credit.NONE));
    assertThat(port.patience).isEqualTo(3_000);
    tick(2_900);
    assertThat(port.asked).hasSize(1);
    link.noAnswer(at(2_950));
    tick(2_950);
    link.noAnswer(at(2_951));
    tick(3_199);
    assertThat(port.asked).hasSize(2);
    tick(3_200);
    assertThat(port.asked).hasSize(3);
    assertThat(port.asked(2).session()).as("each has its number").isEqualTo(hello(3));
    answer(3_210, WELCOME.frame(FIRST));
    assertThat(link.session()).isEqualTo(FIRST);
    assertThat(link.timings()).isEqualTo(WELCOME);
    assertThat(told).containsExactly("welcome");
  }

  @Test
  void aRefusalIsToldAndHelloIsSaidAgain() {
    tick(0);
    answer(10, new Refused("another version").frame(hello(0)));
    tick(249);
    assertThat(port.asked).hasSize(1);
    tick(250);
    assertThat(port.asked).hasSize(2);
    assertThat(link.session()).isNull();
    assertThat(told).containsExactly("refused: another version");
  }

  @Test
  void aHeartbeatFollowsEachSecond() {
    begin(0, FIRST);
    receive(FIRST, 1, 0);
    tick(999);
    assertThat(port.asked).hasSize(1);
    tick(1_000);
    assertThat(port.asked(1)).isEqualTo(new Header(FrameKind.HEARTBEAT, FIRST, 0, 1, Credit.NONE));
    assertThat(port.patience).isEqualTo(900);
    tick(2_000);
    assertThat(port.asked).hasSize(2);
    link.noAnswer(at(2_000));
    tick(2_000);
    assertThat(port.asked).hasSize(3);
    answer(2_010, new HeartbeatReply(0).frame(FIRST, 0));
    tick(2_999);
    assertThat(port.asked).hasSize(3);
  }

  @Test
  void theAnswerIsAwaitedAboutAsLongAsAHeartbeat() {
    for (int heartbeat : new int[] {1, 10, 1_000_000_000, Integer.MAX_VALUE - 1}) {
      DispatcherLink other = new DispatcherLink(CLUSTER, PEER, new Owner(), port);
      other.tick(0);
      other.answer(new Welcome(false, heartbeat, Integer.MAX_VALUE, 1, 1).frame(FIRST), 0);
      other.tick(heartbeat * 1_000_000L);
      assertThat(port.patience).isBetween(Math.max(1, heartbeat / 10 * 8), heartbeat);
    }
  }

  @Test
  void silenceEndsTheSession() {
    begin(0, FIRST);
    tick(1_000);
    answer(1_500, new HeartbeatReply(0).frame(FIRST, 0));
    tick(2_000);
    link.noAnswer(at(2_900));
    tick(3_000);
    tick(4_499);
    assertThat(told).containsExactly("welcome");
    tick(4_500);
    assertThat(told).containsExactly("welcome", "SILENT");
    assertThat(link.session()).isNull();
    answer(4_510, new HeartbeatReply(0).frame(FIRST, 0));
    assertThat(link.session()).isNull();
    tick(4_510);
    assertThat(port.asked(port.asked.size() - 1).kind()).isEqualTo(FrameKind.CLIENT_HELLO);
    assertThat(port.asked(port.asked.size() - 1))
        .as("names the last session")
        .isEqualTo(
            new Header(
                FrameKind.CLIENT_HELLO, new Session(CLUSTER, 1, 1, PEER, 2), 0, 1, Credit.NONE));
    answer(4_520, WELCOME.frame(SECOND));
    assertThat(told).containsExactly("welcome", "SILENT", "welcome back");
  }

  @Test
  void answersOfAnotherSessionAreNoSignOfLife() {
    begin(0, FIRST);
    tick(1_000);
    answer(1_500, new HeartbeatReply(0).frame(SECOND, 0));
    tick(3_000);
    assertThat(told).containsExactly("welcome", "SILENT");
  }

  @Test
  void aResetEndsTheSessionAtOnce() {
    begin(0, FIRST);
    tick(1_000);
    answer(1_001, reset(FIRST));
    assertThat(told).containsExactly("welcome", "FORGOTTEN");
    begin(1_001, SECOND);
    link.receive(reset(FIRST), at(1_002));
    assertThat(link.session()).isEqualTo(SECOND);
    link.receive(reset(SECOND), at(1_003));
    assertThat(link.session()).isNull();
    tick(1_003);
    assertThat(port.asked).hasSize(4);
    answer(1_004, reset(SECOND));
    assertThat(told).containsExactly("welcome", "FORGOTTEN", "welcome back", "FORGOTTEN");
  }

  @Test
  void aDispatcherThatLeftEndsTheSessionAtOnce() {
    link.dispatcherLeft(at(0));
    begin(0, FIRST);
    link.dispatcherLeft(at(100));
    link.dispatcherLeft(at(101));
    assertThat(told).containsExactly("welcome", "LEFT");
    tick(101);
    assertThat(port.asked(1).kind()).isEqualTo(FrameKind.CLIENT_HELLO);
  }

  @Test
  void aDispatcherThatWasSilentBeforeItLeftMayOnlyBeOutOfReach() {
    begin(0, FIRST);
    link.dispatcherLeft(at(3_000));
    assertThat(told).containsExactly("welcome", "SILENT");
  }

  @Test
  void aWelcomeOfSomebodyElseIsNone() {
    tick(0);
    answer(1, WELCOME.frame(new Session(CLUSTER, 1, 1, PEER + 1, 1)));
    assertThat(link.session()).isNull();
    begin(250, FIRST);
    answer(260, WELCOME.frame(SECOND));
    assertThat(link.session()).isEqualTo(FIRST);
    assertThat(told).containsExactly("welcome");
  }

  @Test
  void withoutASessionNothingLeaves() {
    watch(1);
    tick(0);
    link.flush();
    assertThat(port.sent).isEmpty();
    receive(hello(0), 1, 0);
    assertThat(told).isEmpty();
  }

  @Test
  void framesAreTakenOnceAndInOrderAndAcknowledged() {
    begin(0, FIRST);
    receive(FIRST, 2, 0);
    receive(FIRST, 1, 0);
    receive(FIRST, 1, 0);
    receive(SECOND, 2, 0);
    receive(FIRST, 2, 0);
    assertThat(told).containsExactly("welcome", "frame 1", "frame 2");
    watch(1);
    assertThat(port.headers())
        .containsExactly(new Header(FrameKind.WATCH, FIRST, 1, 2, Credit.NONE));
  }

  @Test
  void whatDidNotArriveIsRepeatedAfterTheNextHeartbeat() {
    begin(0, FIRST);
    watch(1);
    watch(2);
    watch(3);
    tick(1_000);
    watch(4);
    answer(1_010, new HeartbeatReply(1).frame(FIRST, 1));
    assertThat(sentNumbers()).containsExactly(1L, 2L, 3L, 4L, 2L, 3L, 4L);
    assertThat(link.sending().unacknowledged()).isEqualTo(3);
    tick(2_000);
    answer(2_010, new HeartbeatReply(4).frame(FIRST, 2));
    assertThat(port.sent).hasSize(7);
    receive(FIRST, 1, 4);
    assertThat(link.sending().unacknowledged()).isZero();
  }

  @Test
  void theSameStoreGetsWhatItHasNotAcknowledged() throws Exception {
    begin(0, FIRST);
    watch(1);
    watch(2);
    receive(FIRST, 1, 1);
    link.dispatcherLeft(at(10));
    watch(3);
    port.sent.clear();
    begin(20, SECOND);
    assertThat(told).containsExactly("welcome", "frame 1", "LEFT", "welcome back");
    assertThat(sentNumbers()).containsExactly(1L, 2L);
    assertThat(port.headers()).allMatch(header -> header.session().equals(SECOND));
    assertThat(port.headers()).allMatch(header -> header.ack() == 0);
    receive(SECOND, 1, 2);
    assertThat(told).endsWith("frame 1");
    assertThat(link.sending().unacknowledged()).isZero();
  }

  @Test
  void anotherStoreGetsNothingOfIt() {
    begin(0, FIRST);
    watch(1);
    link.dispatcherLeft(at(10));
    watch(2);
    port.sent.clear();
    begin(20, OTHER_STORE);
    assertThat(told).containsExactly("welcome", "LEFT", "welcome");
    assertThat(port.sent).isEmpty();
    link.dispatcherLeft(at(30));
    begin(40, FIRST); // the store of before is another one by now
    assertThat(told).endsWith("LEFT", "welcome");
  }

  @Test
  void aCreditIsToldWhenItGrowsAndRidesOnEveryFrame() {
    begin(0, FIRST);
    assertThat(port.sent).isEmpty();
    credit = new Credit(4, 1_000);
    link.flush();
    link.flush();
    assertThat(port.headers()).containsExactly(new Header(FrameKind.ACK, FIRST, 0, 0, credit));
    receive(FIRST, 1, 0);
    credit = new Credit(5, 1_000);
    watch(1);
    link.flush();
    assertThat(port.headers().subList(1, port.sent.size()))
        .containsExactly(new Header(FrameKind.WATCH, FIRST, 1, 1, credit));
    tick(1_000);
    credit = new Credit(6, 1_002);
    answer(1_010, new HeartbeatReply(0).frame(FIRST, 0));
    assertThat(port.headers().get(2)).isEqualTo(new Header(FrameKind.WATCH, FIRST, 1, 1, credit));
  }

  @Test
  void aNewSessionIsToldTheCreditAgain() {
    credit = new Credit(4, 0);
    begin(0, FIRST);
    link.dispatcherLeft(at(1));
    link.flush();
    begin(2, SECOND);
    assertThat(port.headers())
        .containsExactly(
            new Header(FrameKind.ACK, FIRST, 0, 0, credit),
            new Header(FrameKind.ACK, SECOND, 0, 0, credit));
  }

  @Test
  void aFrameOfAKindOfALaterVersionIsSteppedOver() {
    begin(0, FIRST);
    for (int code : new int[] {FrameKind.UNKNOWN.ordinal(), 255}) {
      byte[] frame = new FrameWriter().frame(FrameKind.ACK, FIRST, 0, Credit.NONE);
      Header.stamp(frame, FIRST, link.unknownKinds() + 1, 0, Credit.NONE);
      frame[2] = (byte) code;
      link.receive(frame, at(1));
      link.receive(frame, at(1));
    }
    receive(FIRST, 3, 0);
    assertThat(told).containsExactly("welcome", "frame 3");
    assertThat(link.unknownKinds()).isEqualTo(2);
    assertThat(link.malformed()).isZero();
  }

  @Test
  void malformedFramesAreCountedAndChangeNothing() {
    begin(0, FIRST);
    link.receive(new byte[3], at(1));
    link.receive(new byte[100], at(1));
    tick(1_000);
    answer(1_001, new byte[0]);
    tick(2_000);
    answer(2_001, new FrameWriter().frame(FrameKind.ACK, FIRST, 9, Credit.NONE));
    tick(2_999);
    assertThat(link.malformed()).isEqualTo(4);
    assertThat(link.session()).isEqualTo(FIRST);
    assertThat(told).containsExactly("welcome");
    tick(3_000);
    assertThat(told).endsWith("SILENT");
  }
}
