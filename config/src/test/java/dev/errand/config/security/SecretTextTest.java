package dev.errand.config.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretTextTest {

  private static final String KEY = AuthKey.random().text();

  @Test
  void keysAreTakenOutAndTheRestStays() {
    assertThat(SecretText.hide("cluster.host '" + KEY + "' must be an address, not " + KEY))
        .isEqualTo("cluster.host '(a key, not shown)' must be an address, not (a key, not shown)");
  }

  @Test
  void aPartOfAKeyIsTakenOutToo() {
    assertThat(SecretText.hide("{\"k\":\"" + KEY.substring(0, 40) + "…"))
        .isEqualTo("{\"k\":\"(a key, not shown)…");
  }

  @Test
  void pemIsTakenOutToTheEnd() {
    String pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\nByqGSM49";
    assertThat(SecretText.hide("cluster.tls.key '" + pem + "' can't be read"))
        .isEqualTo("cluster.tls.key '(PEM, not shown)");
  }

  @Test
  void otherTextsStayAsTheyAre() {
    String text = "is not a key as ./errand authkey prints it (errand1-…, with a checksum)";
    assertThat(SecretText.hide(text)).isEqualTo(text);
  }
}
