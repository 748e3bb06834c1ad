package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.lang.reflect.Proxy;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ListenerTest {

  private static final int LONG = 2_000;

  private final EventRing ring = new EventRing(5_000);
  private final StringBuilder written = new StringBuilder();
  private int room = Integer.MAX_VALUE;
  private boolean closed;
  private long lastId;
  private final Listener listener = new Listener(response(), null, ring, 0);

  private HttpServerResponse response() {
    return (HttpServerResponse)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {HttpServerResponse.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "writeQueueFull" -> written.length() >= room;
                  case "closed" -> closed;
                  case "ended" -> false;
                  case "write" -> {
                    written.append((Buffer) arguments[0]);
                    yield Future.succeededFuture();
                  }
                  default -> throw new AssertionError(method);
                });
  }

  private void add(int events) {
    LongStream.range(0, events).forEach(any -> ring.add(++lastId, Buffer.buffer(lastId + ";")));
  }

  private void addLong(int events) {
    String text = "x".repeat(LONG);
    LongStream.range(0, events).forEach(any -> ring.add(++lastId, Buffer.buffer(text)));
  }

  private String written() {
    String all = written.toString();
    written.setLength(0);
    return all;
  }

  private void catchUp() {
    listener.catchUp(new Listener.Shared(ring));
  }

  @Test
  void eachEventIsSentOnce() {
    add(2);
    catchUp();
    catchUp();
    add(1);
    catchUp();
    assertThat(written()).isEqualTo("1;2;3;");
  }

  @Test
  void nothingIsAddedToAFullQueueAndWhatWaitedGoesWhenThereIsRoom() {
    room = 0;
    add(3);
    catchUp();
    listener.send(Buffer.buffer("stats"), 0);
    assertThat(written()).isEmpty();
    room = Integer.MAX_VALUE;
    catchUp();
    assertThat(written()).isEqualTo("1;2;3;");
  }

  @Test
  void whoeverReadsTooSlowlyIsToldHowMuchIsMissing() {
    room = 0;
    add(5_100);
    room = Integer.MAX_VALUE;
    catchUp();
    assertThat(written()).isEqualTo("event: gap\ndata: {\"missed\":5100}\n\n");
    add(1);
    catchUp();
    assertThat(written()).isEqualTo("5101;");
  }

  @Test
  void aLotIsSentInParts() {
    addLong(40);
    catchUp();
    assertThat(written()).hasSize(32 * LONG);
    catchUp();
    assertThat(written()).hasSize(8 * LONG);
    catchUp();
    assertThat(written()).isEmpty();
  }

  /** A thousand of these would else take all memory outside of the heap. */
  @Test
  void ofWhoeverTakesNothingLittleMoreWaitsThanTheQueueMayHold() {
    room = EventRoutes.QUEUE_BYTES;
    addLong(2_000);
    for (int turn = 0; turn < 10; turn++) {
      catchUp();
    }
    assertThat(written.length()).isLessThan(100_000);
  }

  @Test
  void whatIsOutOfDateSoonIsNotSentAheadOfWhatWasBefore() {
    room = 10;
    addLong(40);
    catchUp();
    written();
    listener.send(Buffer.buffer("stats"), ring.end());
    assertThat(written()).isEmpty();
    room = Integer.MAX_VALUE;
    catchUp();
    written();
    listener.send(Buffer.buffer("stats"), ring.end());
    assertThat(written()).isEqualTo("stats");
  }

  @Test
  void whoeverHasGoneIsNotWrittenTo() {
    closed = true;
    add(1);
    catchUp();
    listener.send(Buffer.buffer("stats"), 0);
    assertThat(written()).isEmpty();
  }
}
