package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {

  @ParameterizedTest
  @CsvSource({
    "0ms, PT0S",
    "250ms, PT0.25S",
    "20s, PT20S",
    "5m, PT5M",
    "24h, PT24H",
    "7d, PT168H",
    "' 1s ', PT1S",
    "007s, PT7S",
  })
  void aDurationIsANumberWithAUnit(String text, Duration expected) {
    assertThat(Quantities.duration(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "5", "s", "-1s", "+1s", "1.5s", "5 m", "5M", "1y", "1B", "PT5M", "1s1s"})
  void anythingElseIsNoDuration(String text) {
    assertThatThrownBy(() -> Quantities.duration(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("must be a duration such as 250ms, 20s, 5m, 24h or 7d");
  }

  @ParameterizedTest
  @CsvSource({
    "0B, 0",
    "512B, 512",
    "64KiB, 65536",
    "1MiB, 1048576",
    "4GiB, 4294967296",
    "1TiB, 1099511627776",
    "' 1B ', 1",
  })
  void aSizeIsANumberWithAUnit(String text, long expected) {
    assertThat(Quantities.size(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "KiB", "-1B", "1.5MiB", "5 MiB", "1kB", "1KB", "1MB", "1m"})
  void anythingElseIsNoSize(String text) {
    assertThatThrownBy(() -> Quantities.size(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("must be a size such as 512B, 64KiB, 1MiB or 4GiB");
  }

  @Test
  void whatDoesNotFitIsRefusedInsteadOfTurningNegative() {
    assertThatThrownBy(() -> Quantities.size("999999999999999TiB"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("is too large");
    assertThatThrownBy(() -> Quantities.duration("999999999999999d"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("is too large");
    assertThatThrownBy(() -> Quantities.size("9999999999999999B"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0ms", "1ms", "1500ms", "90s", "90m", "36h", "7d", "3650d"})
  void aDurationIsWrittenInTheLargestUnitThatFits(String text) {
    assertThat(Quantities.text(Quantities.duration(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"1000ms, 1s", "60s, 1m", "120m, 2h", "48h, 2d"})
  void aDurationIsWrittenShorterThanItWasRead(String text, String shorter) {
    assertThat(Quantities.text(Quantities.duration(text))).isEqualTo(shorter);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0B",
    "1, 1B",
    "1025, 1025B",
    "1024, 1KiB",
    "1572864, 1536KiB",
    "16777216, 16MiB",
    "4294967296, 4GiB",
    "1099511627776, 1TiB",
  })
  void aSizeIsWrittenInTheLargestUnitThatFits(long bytes, String text) {
    assertThat(Quantities.text(bytes)).isEqualTo(text);
    assertThat(Quantities.size(text)).isEqualTo(bytes);
  }
}
