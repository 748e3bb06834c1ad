package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventTextTest {

  @Test
  void aLongMessageIsCutBetweenCharacters() {
    assertThat(EventText.cut("a".repeat(299) + "😀 and more")).isEqualTo("a".repeat(299) + "…");
    assertThat(EventText.cut("a".repeat(298) + "😀 and more")).isEqualTo("a".repeat(298) + "😀…");
    assertThat(EventText.cut("a".repeat(298) + "😀")).isEqualTo("a".repeat(298) + "😀");
  }
}
