package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class EventRingTest {

  private final EventRing ring = new EventRing(4);

  private void add(long... ids) {
    for (long id : ids) {
      ring.add(id, Buffer.buffer(id + ";"));
    }
  }

  private String behind(long id) {
    long place = ring.behind(id);
    return place < 0 ? null : ring.texts(place, ring.end()).toString();
  }

  @Test
  void whatCameBehindAnEventIsGiven() {
    add(10, 13, 17);
    assertThat(behind(10)).isEqualTo("13;17;");
    assertThat(behind(12)).isEqualTo("13;17;");
    assertThat(behind(13)).isEqualTo("17;");
    assertThat(behind(17)).isEmpty();
    assertThat(behind(99)).isEmpty();
  }

  @Test
  void whatIsGoneIsSaidToBeGone() {
    add(10, 13, 17, 20, 21, 25);
    assertThat(behind(12)).isNull();
    assertThat(behind(13)).isEqualTo("17;20;21;25;");
    assertThat(ring.end() - ring.begin()).isEqualTo(4);
  }

  @Test
  void behindAPauseNothingIsKnownOfWhatWasBefore() {
    add(10, 13);
    ring.clear(15);
    assertThat(behind(13)).isNull();
    assertThat(behind(15)).isEmpty();
    add(17);
    assertThat(behind(14)).isNull();
    assertThat(behind(15)).isEqualTo("17;");
  }

  @Test
  void aPieceHasOneEventAtLeastAndNoMoreBytesThanItMay() {
    add(10, 13, 17, 20);
    long first = ring.begin();
    assertThat(ring.fitting(first, 7)).isEqualTo(first + 2);
    assertThat(ring.fitting(first, 6)).isEqualTo(first + 2);
    assertThat(ring.fitting(first, 1)).isEqualTo(first + 1);
    assertThat(ring.fitting(first, 100)).isEqualTo(ring.end());
  }
}
