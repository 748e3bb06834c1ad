package dev.errand.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BytesTest {

  private static final byte[] ARRAY = "--ü[1]--".getBytes(StandardCharsets.UTF_8);

  @Test
  void aSliceIsItsBytesWhereverTheyAre() {
    Bytes slice = new Bytes(ARRAY, 2, 5);
    assertThat(slice.text()).isEqualTo("ü[1]");
    assertThat(slice).isEqualTo(Bytes.of("ü[1]")).hasSameHashCodeAs(Bytes.of("ü[1]"));
    assertThat(slice).isNotEqualTo(Bytes.of("ü[2]")).isNotEqualTo(Bytes.of("ü[1]-"));
    assertThat(new Bytes(ARRAY, 3, 0)).isEqualTo(Bytes.EMPTY).hasSameHashCodeAs(Bytes.EMPTY);
  }

  @Test
  void aCopyHasAnArrayOfItsOwn() {
    byte[] array = ARRAY.clone();
    Bytes slice = new Bytes(array, 4, 3);
    byte[] copy = slice.copy();
    assertThat(copy).isEqualTo("[1]".getBytes(StandardCharsets.UTF_8));
    copy[0] = 'x';
    assertThat(slice.text()).isEqualTo("[1]");
    assertThat(Bytes.of(array).array()).isSameAs(array);
  }

  @Test
  void aSliceLiesInItsArray() {
    assertThat(new Bytes(ARRAY, ARRAY.length, 0).text()).isEmpty();
    for (int[] bad :
        new int[][] {
          {-1, 1},
          {0, -1},
          {0, ARRAY.length + 1},
          {ARRAY.length + 1, 0},
          {ARRAY.length, 1},
          {1, Integer.MAX_VALUE},
          {Integer.MAX_VALUE, Integer.MAX_VALUE}
        }) {
      assertThatThrownBy(() -> new Bytes(ARRAY, bad[0], bad[1]))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void aLogShowsTheLengthOnly() {
    assertThat(Bytes.of("secret")).hasToString("6 bytes");
    assertThat(TaskRequest.ofJson("t", Bytes.of("\"secret\"")).toString()).doesNotContain("secret");
  }
}
