package dev.errand.config.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthKeyTest {

  /** Of the bytes 0 to 31 and the first four of their SHA-256: 630dcd29. */
  private static final String KNOWN = "errand1-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9jDc0p";

  private static void refused(String text) {
    assertThatThrownBy(() -> AuthKey.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("is not a key as ./errand authkey prints it (errand1-…")
        .hasMessageEndingWith("make one with ./errand authkey and give the same to every node")
        .hasNoCause();
  }

  @Test
  void aKeyIsItsBytesAndAChecksum() {
    byte[] secret = new byte[32];
    for (int i = 0; i < secret.length; i++) {
      secret[i] = (byte) i;
    }
    assertThat(AuthKey.parse(KNOWN).secret()).isEqualTo(secret);
    assertThat(AuthKey.parse(KNOWN).text()).isEqualTo(KNOWN);
  }

  @Test
  void aFreshKeyIsReadAsItWasWritten() {
    AuthKey key = AuthKey.random();
    AuthKey read = AuthKey.parse(key.text());
    assertThat(read).isEqualTo(key).hasSameHashCodeAs(key);
    assertThat(read.secret()).isEqualTo(key.secret()).hasSize(32);
  }

  @Test
  void aFreshKeyIsNobodyElses() {
    assertThat(AuthKey.random()).isNotEqualTo(AuthKey.random());
  }

  @Test
  void whiteSpaceAroundAKeyIsNoMatter() {
    assertThat(AuthKey.parse(" \t" + KNOWN + "\r\n")).isEqualTo(AuthKey.parse(KNOWN));
  }

  @Test
  void aMistypedCharacterIsNoticedAnywhere() {
    for (int at = 0; at < KNOWN.length(); at++) {
      StringBuilder mistyped = new StringBuilder(KNOWN);
      mistyped.setCharAt(at, KNOWN.charAt(at) == 'x' ? 'y' : 'x');
      refused(mistyped.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "errand1-",
        "my own pass phrase",
        // Without its prefix, with one of another version, in upper case.
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9jDc0p",
        "errand2-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9jDc0p",
        "ERRAND1-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9jDc0p",
        // Cut off, the checksum alone cut off, longer, padded, in two parts.
        "errand1-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9jDc0",
        "errand1-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "errand1-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9jDc0pAAAA",
        "errand1-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9jDc0p=",
        "errand1-AAECAwQFBgcICQoLDA0ODxAR EhMUFRYXGBkaGxwdHh9jDc0p",
        // The other alphabet of base64: what would be - and _.
        "errand1-+///AwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9jDc0p",
      })
  void anythingElseIsNoKey(String text) {
    refused(text);
  }

  @Test
  void aRefusalDoesNotShowTheText() {
    assertThatThrownBy(() -> AuthKey.parse(KNOWN + "x"))
        .hasMessageNotContaining(KNOWN.substring("errand1-".length()));
  }

  @Test
  void aKeyDoesNotShowItself() {
    AuthKey key = AuthKey.parse(KNOWN);
    assertThat(key).hasToString("AuthKey(not shown)");
  }

  @Test
  void aKeyIsNoText() {
    assertThat(AuthKey.parse(KNOWN)).isNotEqualTo(KNOWN).isNotEqualTo(null);
  }
}
