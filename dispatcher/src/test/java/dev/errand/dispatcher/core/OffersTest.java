package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.FrameWriter;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.WorkerHello;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compared with a plain list that is searched through each time. */
class OffersTest {

  private static final Pool POOL = Pool.EVENT_LOOP;
  private static final Offer OFFER = new Offer("any", POOL, 0);
  private static final int LEVELS = 64;

  private final TaskQueue queue = new TaskQueue(null, Map.of());
  private final Offers offers = queue.offers;
  private final List<Offering> model = new ArrayList<>();
  private int lastPeer;

  private Offering add(int slots) {
    Session session = new Session(1, 2, 3, ++lastPeer, 1);
    WorkerHello hello =
        new WorkerHello(
            "w" + lastPeer,
            "node",
            new Credit(0, slots),
            List.of(OFFER),
            Map.of(),
            List.of(),
            false);
    WorkerPeer worker = new WorkerPeer(hello, session, 0);
    Offering offering = new Offering(worker, OFFER, queue);
    worker.offerings.add(offering);
    offers.add(offering);
    model.add(offering);
    return offering;
  }

  private void remove(Offering offering) {
    offering.worker.drain();
    offers.remove(offering);
    offering.worker.offerings.clear();
    model.remove(offering);
  }

  private static void credit(Offering offering, long limit) {
    Session session = offering.worker.session;
    byte[] frame =
        new FrameWriter().frame(FrameKind.BYE, session, 0, new Credit(0, Math.max(0, limit)));
    try {
      offering.worker.heard(Header.read(frame), new Now(0, 0));
    } catch (MalformedFrameException e) {
      throw new AssertionError(e);
    }
  }

  private void use(Offering offering) {
    offering.worker.granted(POOL);
    offers.used(offering);
  }

  private static long room(Offering offering) {
    return offering.worker.isShared() ? offering.worker.available(POOL) : 0;
  }

  /** In so many parts of all its slots; 0: only ahead of them; -1: it takes nothing. */
  private static long level(Offering offering) {
    long room = room(offering);
    long slots = offering.worker.slots.of(POOL);
    long free = Math.min(room, slots);
    return room <= 0 ? -1 : free == 0 ? 0 : 1 + (free * (LEVELS - 1) - 1) / slots;
  }

  private void compare() {
    long most = model.stream().mapToLong(OffersTest::level).max().orElse(-1);
    Offering best = offers.best();
    if (most < 0) {
      assertThat(best).isNull();
    } else {
      assertThat(model).contains(best);
      assertThat(level(best)).isEqualTo(most);
    }
  }

  private void compareAll() {
    assertThat(offers.all()).containsExactlyInAnyOrderElementsOf(model);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void findsWhatASearchThroughAllWouldFind(long seed) {
    Random random = new Random(seed);
    long[] limits = new long[100_000];
    for (int step = 0; step < 20_000; step++) {
      int choice = random.nextInt(100);
      Offering any = model.isEmpty() ? null : model.get(random.nextInt(model.size()));
      if (any == null || (choice < 3 && model.size() < 30)) {
        add(random.nextInt(3) == 0 ? random.nextInt(3) : 1 + random.nextInt(300));
      } else if (choice < 5) {
        remove(any);
      } else if (choice < 35) {
        int peer = (int) any.worker.session.peer();
        limits[peer] += random.nextInt(20);
        credit(any, limits[peer]);
      } else if (choice < 85) {
        Offering best = offers.best();
        if (best != null) {
          use(best);
        }
      } else if (choice < 90) {
        // The worker's slot was taken by another type: nobody says so here.
        if (any.worker.available(POOL) > 0) {
          any.worker.granted(POOL);
        }
      } else if (choice < 93) {
        any.worker.reserve(any.worker.reservedFor() == null ? queue : null);
      } else if (choice < 95) {
        any.worker.drain();
      } else if (room(any) > 0) {
        use(any);
        any.worker.ungranted(POOL);
      }
      compare();
      if (step % 100 == 0) {
        compareAll();
      }
    }
    compareAll();
    assertThat(lastPeer).isGreaterThan(20);
  }

  @Test
  void thoseOfOneLevelTakeTurns() {
    List<Offering> all = List.of(add(100), add(100), add(100));
    all.forEach(each -> credit(each, 100));
    List<Offering> chosen = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      chosen.add(offers.best());
      use(offers.best());
    }
    assertThat(all).allSatisfy(each -> assertThat(chosen).filteredOn(each::equals).hasSize(10));
  }

  @Test
  void theLargestShareGoesBeforeTheLargestNumber() {
    Offering large = add(1_000);
    Offering small = add(10);
    credit(large, 500);
    credit(small, 10);
    assertThat(offers.best()).isEqualTo(small);
  }

  @Test
  void noneIsBestWhenThereIsNoneOrNoneHasRoom() {
    assertThat(offers.best()).isNull();
    Offering only = add(1);
    assertThat(offers.best()).isNull();
    credit(only, 1);
    assertThat(offers.best()).isEqualTo(only);
    use(only);
    assertThat(offers.best()).isNull();
    remove(only);
    assertThat(offers.all()).isEmpty();
  }
}
