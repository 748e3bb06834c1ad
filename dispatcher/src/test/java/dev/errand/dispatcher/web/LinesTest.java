package dev.errand.dispatcher.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinesTest {

  private static final int MOST = 20;

  private final List<Bytes> out = new ArrayList<>();
  private final ByteRoom room = new ByteRoom(30);
  private final Lines lines = new Lines(MOST, room, out::add);

  private void take(String piece) {
    lines.take(piece.getBytes(UTF_8));
  }

  private List<String> texts() {
    return out.stream().map(Bytes::text).toList();
  }

  private boolean isRoomWhole() {
    return room.take(30) && !room.take(1);
  }

  @Test
  void piecesAreCutIntoLines() {
    take("one\ntw");
    take("o\n\nthr");
    take("e");
    take("e");
    lines.end();
    assertThat(texts()).containsExactly("one", "two", "", "three");
    assertThat(isRoomWhole()).isTrue();
  }

  @Test
  void aLineThatIsTooLongTakesNoRoom() {
    take("0123456789");
    take("01234567890");
    assertThat(isRoomWhole()).isTrue();
    take("\nnext\n");
    assertThat(out.get(0)).isSameAs(Lines.TOO_LONG);
    assertThat(out.get(1).text()).isEqualTo("next");
  }

  @Test
  void whereThereIsNoRoomForTheBeginOfALineThatIsToldAndTheRoomIsGivenBack() {
    Lines other = new Lines(MOST, room, out::add);
    other.take("01234567890123456".getBytes(UTF_8));
    take("one\nabcdefghijklmn");
    assertThat(out.get(0).text()).isEqualTo("one");
    assertThat(out.get(1)).isSameAs(Lines.NO_ROOM);
    other.forget();
    assertThat(isRoomWhole()).isTrue();
  }
}
