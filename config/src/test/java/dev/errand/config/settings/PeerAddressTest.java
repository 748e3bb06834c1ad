package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerAddressTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:5701, 127.0.0.1, 5701",
    "localhost:1, localhost, 1",
    "dispatcher.example.org:65535, dispatcher.example.org, 65535",
    "[::1]:5701, ::1, 5701",
    "' 127.0.0.1:5701 ', 127.0.0.1, 5701",
  })
  void anAddressIsAHostAndAPort(String text, String host, int port) {
    PeerAddress peer = PeerAddress.parse(text);
    assertThat(peer).isEqualTo(new PeerAddress(host, port));
    assertThat(peer.text()).isEqualTo(text.trim());
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:1, true",
    "192.0.2.7:1, true",
    "dispatcher-0:1, false",
    "10.example.org:1, false",
    "[2001:db8::7]:1, false",
  })
  void aNameIsToldFromNumbers(String text, boolean numbers) {
    assertThat(PeerAddress.parse(text).isOfNumbers()).isEqualTo(numbers);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1",
        ":5701",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:0",
        "127.0.0.1:-1",
        "127.0.0.1:65536",
        "127.0.0.1:570100",
        "::1:5701",
        "[::1]",
        "[]:5701",
        "[::1:5701",
        "a:1,b:2",
      })
  void anythingElseIsToldTheForm(String text) {
    assertThatThrownBy(() -> PeerAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("must be host:port, such as 127.0.0.1:5701");
  }
}
