package dev.errand.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.ClientHello;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Heartbeat;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Watch;
import dev.errand.protocol.frame.Welcome;
import java.util.Comparator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * A link over a bus that loses, repeats, delays and reorders frames and is cut now and then, in
 * virtual time. Both ends count upwards; each must see the other's numbers without a gap, in a
 * session without a step back, and all of them when the bus has healed.
 */
class LossyLinkTest {

  private static final int SEEDS = 150;
  private static final int FAULTY_MILLIS = 30_000;
  private static final int HEALED_MILLIS = 12_000;
  private static final int STEP_MILLIS = 50;

  @Test
  void nothingIsLostNorOutOfOrderWhateverTheBusDoes() {
    int silences = 0;
    int repeats = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      Run run = new Run(seed);
      run.play();
      silences += run.silences;
      repeats += run.peersView.repeats + run.dispatchersView.repeats;
    }
    // The faults are there: sessions were lost by silence, and entries repeated in new sessions.
    assertThat(silences).isGreaterThan(SEEDS / 2);
    assertThat(repeats).isPositive();
  }

  private record Arrival(long at, long order, Runnable step) {}

  /** What one end has seen of the other's numbers. */
  private static final class View {
    private final String name;
    private long last;
    private Session session;
    private long lastInSession;
    private int repeats;

    View(String name) {
      this.name = name;
    }

    void see(byte[] frame) {
      try {
        Session now = Header.read(frame).session();
        lastInSession = now.equals(session) ? lastInSession : 0;
        session = now;
        BatchReader batch = new BatchReader(frame);
        while (batch.next()) {
          see(Watch.read(batch).id());
        }
      } catch (MalformedFrameException e) {
        throw new AssertionError(e);
      }
    }

    private void see(long number) {
      assertThat(number).as(name).isGreaterThan(lastInSession).isLessThanOrEqualTo(last + 1);
      repeats += number <= last ? 1 : 0;
      lastInSession = number;
      last = Math.max(last, number);
    }
  }

  private static final class Run implements DispatcherLink.Owner, DispatcherLink.Port {
    private final int seed;
    private final Random random;
    private final PriorityQueue<Arrival> arrivals =
        new PriorityQueue<>(
            Comparator.comparingLong(Arrival::at).thenComparingLong(Arrival::order));
    private final View peersView;
    private final View dispatchersView;
    private final DispatcherEnd dispatcher;
    private final DispatcherLink link;
    private long now;
    private long order;
    private long cutUntil;
    private long request;
    private long peersNumber;
    private long dispatchersNumber;
    private int silences;

    Run(int seed) {
      this.seed = seed;
      random = new Random(seed);
      peersView = new View("peer, seed " + seed);
      dispatchersView = new View("dispatcher, seed " + seed);
      dispatcher = new DispatcherEnd(5, dispatchersView::see);
      link = new DispatcherLink(1, 2, this, this);
    }

    void play() {
      while (now < FAULTY_MILLIS) {
        if (random.nextInt(150) == 0) {
          cutUntil = now + random.nextInt(8_000);
        }
        if (random.nextInt(200) == 0) {
          dispatcher.forget();
        }
        write();
        step();
      }
      while (now < FAULTY_MILLIS + HEALED_MILLIS) {
        step();
      }
      assertThat(dispatchersView.last).as("seed %s", seed).isEqualTo(peersNumber);
      assertThat(peersView.last).as("seed %s", seed).isEqualTo(dispatchersNumber);
      assertThat(link.sending().unacknowledged()).as("seed %s", seed).isZero();
      assertThat(dispatcher.unacknowledged()).as("seed %s", seed).isZero();
      assertThat(link.malformed()).isZero();
    }

    private void write() {
      // Before its first session a link keeps nothing.
      int peers = link.timings() == null ? 0 : random.nextInt(4);
      for (int count = peers; count > 0; count--) {
        new Watch(++peersNumber).write(link.batch(FrameKind.WATCH));
      }
      for (int count = random.nextInt(4); count > 0; count--) {
        new Watch(++dispatchersNumber).write(dispatcher.batch(FrameKind.WATCH));
      }
    }

    private void step() {
      now += STEP_MILLIS;
      while (!arrivals.isEmpty() && arrivals.peek().at <= now) {
        arrivals.poll().step.run();
      }
      link.tick(nanos());
      link.flush();
      dispatcher.flush(this::toPeer);
    }

    private long nanos() {
      return now * 1_000_000;
    }

    private boolean faulty() {
      return now < FAULTY_MILLIS;
    }

    private boolean lost() {
      return faulty() && (now < cutUntil || random.nextInt(8) == 0);
    }

    private void arrive(long delay, Runnable step) {
      arrivals.add(new Arrival(now + delay, ++order, step));
    }

    /** Never, once, or several times; and as it was sent, however much later. */
    private void carry(byte[] frame, Consumer<byte[]> receiver) {
      byte[] asSent = frame.clone();
      while (!lost()) {
        arrive(
            faulty() ? random.nextInt(random.nextInt(10) == 0 ? 2_000 : 60) : 10,
            () -> {
              assertThat(frame).isEqualTo(asSent);
              receiver.accept(frame);
            });
        if (!faulty() || random.nextInt(10) != 0) {
          return;
        }
      }
    }

    private void toPeer(byte[] frame) {
      carry(frame, arrived -> link.receive(arrived, nanos()));
    }

    @Override
    public void send(byte[] frame) {
      carry(frame, dispatcher::receive);
    }

    @Override
    public void request(byte[] frame, int answerMillis) {
      long number = ++request;
      arrive(answerMillis, () -> end(number, () -> link.noAnswer(nanos())));
      carry(
          frame,
          arrived -> {
            byte[] answer = dispatcher.request(arrived, this::toPeer);
            carry(answer, back -> end(number, () -> link.answer(back, nanos())));
          });
    }

    /** A request ends once: by its first answer, or by its time. */
    private void end(long number, Runnable step) {
      if (number == request) {
        request++;
        step.run();
      }
    }

    @Override
    public byte[] hello(Session session) {
      return new ClientHello("node").frame(session);
    }

    @Override
    public byte[] heartbeat(Session session, long ack) {
      return new Heartbeat(Map.of()).frame(session, ack, Credit.NONE);
    }

    @Override
    public Credit credit() {
      return Credit.NONE;
    }

    @Override
    public void welcomed(Welcome welcome, boolean sameStore, long at) {
      // The link itself sends again what is kept.
    }

    @Override
    public void lost(DispatcherLink.Loss how, long at) {
      silences += how == DispatcherLink.Loss.SILENT ? 1 : 0;
    }

    @Override
    public void refused(String reason) {
      throw new AssertionError(reason);
    }

    @Override
    public void take(Header header, byte[] frame, long at) {
      peersView.see(frame);
    }
  }
}
