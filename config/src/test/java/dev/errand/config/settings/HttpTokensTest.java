package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTokensTest {

  private static final String READER = "reader-0123456789";
  private static final String BOSS = "boss-0123456789abc";

  private static HttpTokens tokens(Object... tokensAndRoles) {
    JsonObject map = new JsonObject();
    for (int i = 0; i < tokensAndRoles.length; i += 2) {
      map.put((String) tokensAndRoles[i], tokensAndRoles[i + 1]);
    }
    return HttpTokens.of(map);
  }

  @Test
  void aTokenIsFoundByItsTextWithItsRole() {
    HttpTokens tokens = tokens(READER, "read", BOSS, "admin");
    assertThat(tokens.find(READER).role()).isEqualTo(Role.READ);
    assertThat(tokens.find(BOSS).role()).isEqualTo(Role.ADMIN);
    assertThat(tokens.find(READER + "0")).isNull();
    assertThat(tokens.find(READER.toUpperCase(Locale.ROOT))).isNull();
    assertThat(tokens.find("")).isNull();
    assertThat(HttpTokens.NONE.find(READER)).isNull();
  }

  @Test
  void whatSessionsNeedComesFromTheTokenAlone() {
    HttpToken one = tokens(READER, "read", BOSS, "admin").find(READER);
    HttpToken same = tokens(READER, "submit").find(READER);
    HttpToken other = tokens(BOSS, "read").find(BOSS);
    assertThat(same.id()).isEqualTo(one.id()).isNotEqualTo(other.id());
    assertThat(same.sessionKey())
        .hasSize(32)
        .isEqualTo(one.sessionKey())
        .isNotEqualTo(other.sessionKey());
    assertThat(one).isNotEqualTo(same).isEqualTo(tokens(READER, "read").find(READER));
  }

  @Test
  void aTokenIsNotShown() {
    assertThat(tokens(READER, "read", BOSS, "admin").toString())
        .isEqualTo("[HttpToken(read, not shown), HttpToken(admin, not shown)]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "fifteen-letters",
        "with a space in it",
        "tab\tinside-the-token",
        "zwölf-und-vier-äöü"
      })
  void whatIsNoGoodAsATokenIsRefusedAndNotShown(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tokens(text, "read"))
        .withMessageStartingWith("has a token that is not 16 to 512")
        .withMessageContaining("openssl rand -hex 32")
        .satisfies(e -> assertThat(text.isEmpty() || !e.getMessage().contains(text)).isTrue());
  }

  @Test
  void aTokenHasAGreatestLength() {
    assertThat(tokens("x".repeat(512), "read").all()).hasSize(1);
    assertThatIllegalArgumentException().isThrownBy(() -> tokens("x".repeat(513), "read"));
  }

  @Test
  void aRoleIsOneOfThree() {
    for (Object wrong : new Object[] {"boss", "Admin", 7, null, new JsonObject()}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokens(READER, wrong))
          .withMessage(
              "must be a map of tokens to roles, such as {\"TOKEN\": \"admin\"}; the roles are"
                  + " read, submit, admin");
    }
  }

  @Test
  void thereAreNotEndlesslyMany() {
    JsonObject many = new JsonObject();
    IntStream.range(0, 1_001).forEach(i -> many.put("token-0123456789-" + i, "read"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpTokens.of(many))
        .withMessage("must have at most 1000 tokens");
  }
}
