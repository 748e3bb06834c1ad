package dev.errand.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Chunks that take more room than they need are found, and those that are gone are not. */
class ChunkTableTest {

  private static final int MANY = 3_000;
  private static final int RECORDS = 8;
  private static final int SMALL = 100;
  private static final int LARGE = 100_000;

  private final ChunkTable chunks = new ChunkTable();
  private long lastNumber;

  private int chunk(int bytes) {
    int slot = chunks.begin(++lastNumber);
    for (int i = 0; i < RECORDS; i++) {
      chunks.retain(slot);
    }
    chunks.finish(slot, bytes);
    return slot;
  }

  private void release(int slot, int records) {
    for (int i = 0; i < records; i++) {
      chunks.release(slot);
    }
  }

  @Test
  void oneThatIsGoneIsNotToBeWrittenAnew() {
    int[] all = new int[MANY];
    for (int i = 0; i < MANY; i++) {
      all[i] = chunk(i % 2 == 0 ? SMALL : LARGE);
      release(all[i], RECORDS - 1);
    }
    assertThat(chunks.queued()).isEqualTo(MANY);
    for (int slot : all) {
      release(slot, 1);
    }
    assertThat(chunks.queued()).isZero();
    assertThat(chunks.dead().size()).isEqualTo(MANY);
    assertThat(chunks.sum()).isZero();
  }

  @Test
  void theFewSmallOnesThatAreLeftOfManyStayAsTheyAre() {
    for (int i = 0; i < MANY; i++) {
      release(chunk(SMALL), RECORDS);
    }
    chunk(SMALL);
    assertThat(chunks.untidy(0).size()).isZero();
  }
}
