package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.config.LogLines;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {

  private static final Function<SettingsReader, Integer> PORT =
      in -> in.integer("http.port", 8080, 0, 65_535);
  private static final Function<SettingsReader, List<String>> TAGS =
      in -> in.texts("tags", List.of("usual"));
  private static final Function<SettingsReader, Long> ROOM = in -> in.size("room", 7, 1, 1L << 20);

  @Test
  void aKeyIsThePathOfItsValueInTheFile() {
    Reading reading = Reading.of("{'http': {'port': 81}, 'a': {'b': {'c': 'deep'}}}");
    assertThat(
            reading.<List<Object>>by(in -> List.of(PORT.apply(in), in.text("a.b.c", "otherwise"))))
        .containsExactly(81, "deep");
  }

  @Test
  void theEnvironmentWinsOverTheFile() {
    Reading reading = Reading.of("{'http': {'port': 81}}", Map.of("ERRAND_HTTP_PORT", "82"));
    assertThat(reading.by(PORT)).isEqualTo(82);
  }

  @Test
  void aGoodVariableHidesABadValueInTheFile() {
    Reading reading = Reading.of("{'http': {'port': 'x'}}", Map.of("ERRAND_HTTP_PORT", "82"));
    assertThat(reading.by(PORT)).isEqualTo(82);
  }

  @ParameterizedTest
  @CsvSource({
    "http.port, ERRAND_HTTP_PORT",
    "cluster.memberPort, ERRAND_CLUSTER_MEMBER_PORT",
    "cluster.authKeyFile, ERRAND_CLUSTER_AUTH_KEY_FILE",
    "store.retention.bytes, ERRAND_STORE_RETENTION_BYTES",
  })
  void aVariableSpellsTheWordsOfItsKey(String key, String variable) {
    assertThat(SettingsReader.variable(key)).isEqualTo(variable);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{'http': {}}", "{'http': {'port': null}}"})
  void whatIsNotSetIsAsUsual(String file) {
    assertThat(Reading.of(file).by(PORT)).isEqualTo(8080);
  }

  @Test
  void aNodeNeedsNoFile() {
    assertThat(new Reading(null, Map.of()).by(PORT)).isEqualTo(8080);
  }

  @Test
  void aDefaultMayBeOutsideOfWhatIsAllowed() {
    Function<SettingsReader, String> text = in -> in.text("some", null);
    Function<SettingsReader, Integer> number = in -> in.integer("some", -1, 0, 1);
    assertThat(Reading.of("{}").by(text)).isNull();
    assertThat(Reading.of("{}").by(number)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.5", "2.0", "true", "[1]", "{}", "'x'", "''", "'1e3'", "'0x10'", "1e30"})
  void onlyAWholeNumberIsOne(String value) {
    assertThat(Reading.of("{'http': {'port': " + value + "}}").problems(PORT))
        .singleElement()
        .asString()
        .startsWith("http.port ")
        .endsWith(" must be a whole number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "65536", "'65536'", "4294967296", "'999999999999999999'"})
  void aNumberOutOfItsRangeIsToldTheRange(String value) {
    assertThat(Reading.of("{'http': {'port': " + value + "}}").problems(PORT))
        .containsExactly("http.port " + value + " must be 0 to 65535");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "65535, 65535", "' 81 ', 81"})
  void theBoundsAreInTheRange(String value, int number) {
    Reading reading = Reading.of("{}", Map.of("ERRAND_HTTP_PORT", value));
    assertThat(reading.by(PORT)).isEqualTo(number);
  }

  @Test
  void aFlagIsTrueOrFalse() {
    Function<SettingsReader, List<Boolean>> flags =
        in -> List.of(in.flag("a", false), in.flag("b", true), in.flag("c", true));
    assertThat(Reading.of("{'a': true, 'b': 'false'}").by(flags))
        .containsExactly(true, false, true);
    assertThat(Reading.of("{'a': 'yes', 'b': 1}").problems(flags))
        .containsExactly("a 'yes' must be true or false", "b 1 must be true or false");
  }

  @Test
  void aChoiceNamesWhatThereIs() {
    Function<SettingsReader, String> fruit =
        in -> in.choice("fruit", "apple", List.of("apple", "pear"));
    assertThat(Reading.of("{}").by(fruit)).isEqualTo("apple");
    assertThat(Reading.of("{'fruit': 'pear'}").by(fruit)).isEqualTo("pear");
    assertThat(Reading.of("{'fruit': 'Pear'}").problems(fruit))
        .containsExactly("fruit 'Pear' must be one of apple, pear");
    assertThat(Reading.of("{'fruit': 7}").problems(fruit))
        .containsExactly("fruit 7 must be a text");
  }

  @Test
  void aTextIsATextAndNotBlank() {
    Function<SettingsReader, String> name = in -> in.text("name", "usual");
    assertThat(Reading.of("{'name': ' a b '}").by(name)).isEqualTo(" a b ");
    assertThat(Reading.of("{'name': ' '}").problems(name))
        .containsExactly("name ' ' must not be blank");
    assertThat(Reading.of("{'name': {'first': 'a'}}").problems(name))
        .containsExactly("name {\"first\":\"a\"} must be a text");
    assertThat(Reading.of("{'name': 5}").problems(name)).containsExactly("name 5 must be a text");
  }

  @Test
  void aListIsAnArrayInTheFile() {
    assertThat(Reading.of("{'tags': [' a', 'b,c']}").by(TAGS)).containsExactly("a", "b,c");
    assertThat(Reading.of("{'tags': []}").by(TAGS)).isEmpty();
    assertThat(Reading.of("{}").by(TAGS)).containsExactly("usual");
  }

  @ParameterizedTest
  @CsvSource({"'a,b', a b", "' a , b,', a b", "a, a"})
  void aListIsWrittenWithCommasInTheEnvironment(String value, String expected) {
    Reading reading = Reading.of("{'tags': ['from the file']}", Map.of("ERRAND_TAGS", value));
    assertThat(reading.by(TAGS)).containsExactly(expected.split(" "));
  }

  @Test
  void anEmptyVariableIsAnEmptyList() {
    assertThat(Reading.of("{'tags': ['a']}", Map.of("ERRAND_TAGS", "")).by(TAGS)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "[null]", "['a', ['b']]", "7", "{}"})
  void aListHasOnlyTexts(String value) {
    assertThat(Reading.of("{'tags': " + value + "}").problems(TAGS))
        .singleElement()
        .asString()
        .startsWith("tags ")
        .endsWith(" must be a text");
  }

  @Test
  void aDurationOutOfItsRangeIsToldTheRange() {
    Function<SettingsReader, Duration> pause =
        in -> in.duration("pause", Duration.ofSeconds(2), Duration.ZERO, Duration.ofMinutes(90));
    assertThat(Reading.of("{'pause': '90m'}").by(pause)).isEqualTo(Duration.ofMinutes(90));
    assertThat(Reading.of("{'pause': '0s'}").by(pause)).isZero();
    assertThat(Reading.of("{'pause': '91m'}").problems(pause))
        .containsExactly("pause '91m' must be 0ms to 90m");
    assertThat(Reading.of("{'pause': 5}").problems(pause))
        .containsExactly("pause 5 must be a text");
    assertThat(Reading.of("{'pause': '5'}").problems(pause))
        .containsExactly("pause '5' must be a duration such as 250ms, 20s, 5m, 24h or 7d");
  }

  @Test
  void aSizeHasAUnitOrIsANumberOfBytes() {
    assertThat(Reading.of("{'room': '64KiB'}").by(ROOM)).isEqualTo(65_536);
    assertThat(Reading.of("{'room': 512}").by(ROOM)).isEqualTo(512);
    assertThat(Reading.of("{}").by(ROOM)).isEqualTo(7);
    assertThat(Reading.of("{'room': '2MiB'}").problems(ROOM))
        .containsExactly("room '2MiB' must be 1B to 1MiB");
    assertThat(Reading.of("{'room': 0}").problems(ROOM))
        .containsExactly("room 0 must be 1B to 1MiB");
    assertThat(Reading.of("{'room': 1.5}").problems(ROOM))
        .containsExactly("room 1.5 must be a whole number");
    assertThat(Reading.of("{'room': true}").problems(ROOM))
        .containsExactly("room true must be a text");
  }

  @Test
  void aMapIsWrittenAsJsonInTheEnvironment() {
    Function<SettingsReader, Object> map = in -> in.<Object>read("map", null, value -> value);
    assertThat(Reading.of("{}", Map.of("ERRAND_MAP", "{\"a\": 1}")).by(map))
        .isEqualTo(new JsonObject().put("a", 1));
    assertThat(Reading.of("{}", Map.of("ERRAND_MAP", "{a: 1")).by(map)).isEqualTo("{a: 1");
  }

  @Test
  void aLongValueIsCutInTheMessage() {
    assertThat(Reading.of("{'http': {'port': '" + "x".repeat(500) + "'}}").problems(PORT))
        .containsExactly("http.port '" + "x".repeat(59) + "… must be a whole number");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          {'http': {'prot': 1}} | http.prot is no setting; did you mean http.port?
          {'http': {'Port': 1}} | http.Port is no setting; did you mean http.port?
          {'http': {'certificate': 1}} | http.certificate is no setting, remove it
          {'htttp': {'port': 1}} | htttp is no setting; did you mean http?
          {'tls': {'port': 1}} | tls is no setting, remove it
          {'stor': {'retention': {}}} | stor is no setting; did you mean store?
          {'store': {'retentoin': {}}} | store.retentoin is no setting; did you mean store.retention?
          {'store': {'retention': {'byte': 1}}} | store.retention.byte is no setting; did you mean store.retention.bytes?
          {'color': 'red'} | color is no setting, remove it
          """)
  void anUnknownKeyIsToldTheNearestOne(String file, String problem) {
    Function<SettingsReader, Object> read =
        in -> PORT.apply(in) + in.size("store.retention.bytes", 0, 0, 1);
    assertThat(Reading.of(file).problems(read)).containsExactly(problem);
  }

  @Test
  void aSectionIsAnObject() {
    assertThat(Reading.of("{'http': 8080}").problems(PORT))
        .containsExactly("http must be an object, such as {\"http\": {…}}");
  }

  @Test
  void allThatIsWrongIsToldAtOnce() {
    SettingsReader in =
        new SettingsReader(
            Reading.of("{'http': {'port': 'x', 'hots': 1}, 'tags': 7, 'room': '1kB'}").file(),
            Map.of());
    // Each reads on with what is usual.
    assertThat(PORT.apply(in)).isEqualTo(8080);
    assertThat(TAGS.apply(in)).containsExactly("usual");
    assertThat(ROOM.apply(in)).isEqualTo(7);
    in.text("http.host", null);
    List<String> expected =
        List.of(
            "http.port 'x' must be a whole number",
            "tags 7 must be a text",
            "room '1kB' must be a size such as 512B, 64KiB, 1MiB or 4GiB",
            "http.hots is no setting; did you mean http.host?");
    assertThatThrownBy(in::finish)
        .isInstanceOfSatisfying(
            SettingsException.class,
            refusal -> assertThat(refusal.problems()).containsExactlyElementsOf(expected))
        .hasMessage(String.join("; ", expected));
  }

  @Test
  void unknownVariablesOnlyWarnAndWithoutTheirValues() {
    Map<String, String> environment =
        Map.of("ERRAND_HTTP_PROT", "9", "ERRAND_CLUSTER_AUTHKEY", "the secret", "HOME", "/root");
    try (LogLines log = new LogLines(SettingsReader.class)) {
      assertThat(Reading.of("{}", environment).by(PORT)).isEqualTo(8080);
      assertThat(log.all())
          .containsExactly(
              "WARN environment variables without a setting are ignored:"
                  + " [ERRAND_CLUSTER_AUTHKEY, ERRAND_HTTP_PROT]");
    }
  }

  @Test
  void variablesOfSettingsAndOfTheCommandsDoNotWarn() {
    Map<String, String> environment =
        Map.of(
            "ERRAND_HTTP_PORT", "9",
            "ERRAND_MINE_ANYTHING", "1",
            "ERRAND_URL", "http://127.0.0.1:8080",
            "ERRAND_TOKEN", "secret",
            "ERRAND_CA", "ca.pem",
            "ERRAND_JAVA_OPTS", "-Xmx1g");
    try (LogLines log = new LogLines(SettingsReader.class)) {
      Reading.of("{}", environment)
          .by(
              in -> {
                in.leave("mine");
                return PORT.apply(in);
              });
      assertThat(log.all()).isEmpty();
    }
  }

  @Test
  void aNodeThatHasJoinedDoesNotWarnAgain() {
    try (LogLines log = new LogLines(SettingsReader.class)) {
      Reading.of("{}", Map.of("ERRAND_HTTP_PROT", "9"))
          .by(
              in -> {
                in.leave("cluster");
                return PORT.apply(in);
              });
      assertThat(log.all()).isEmpty();
    }
  }

  @Test
  void whatIsLeftToOthersMayBeAnything() {
    Reading reading = Reading.of("{'mine': {'a': {'b': [1]}}, 'also': 5, 'mime': {}}");
    assertThat(
            reading.problems(
                in -> {
                  in.leave("mine");
                  in.leave("also");
                  return null;
                }))
        .containsExactly("mime is no setting; did you mean mine?");
  }

  @Test
  void secretsAreOneTextOrAList() {
    Function<SettingsReader, List<String>> codes = in -> in.secrets("door.codes");
    assertThat(Reading.of("{'door': {'codes': 'hush'}}").by(codes)).containsExactly("hush");
    assertThat(Reading.of("{'door': {'codes': ['b', 'a']}}").by(codes)).containsExactly("b", "a");
    assertThat(Reading.of("{}", Map.of("ERRAND_DOOR_CODES", "b, a")).by(codes))
        .containsExactly("b", "a");
    assertThat(Reading.of("{}").by(codes)).isEmpty();
  }

  @Test
  void secretsAreNeverShown() {
    Function<SettingsReader, List<String>> codes = in -> in.secrets("door.codes");
    for (String wrong : List.of("4711", "['hush', 4711]", "[['4711']]", "{'is': '4711'}")) {
      assertThat(Reading.of("{'door': {'codes': " + wrong + "}}").problems(codes))
          .containsExactly("door.codes (not shown) must be a text, or a list of texts");
    }
    assertThat(Reading.of("{}", Map.of("ERRAND_DOOR_CODES", "{\"is\": 4711}")).problems(codes))
        .containsExactly("door.codes (not shown) must be a text, or a list of texts");
  }

  @Test
  void aSecretUnderAnUnknownKeyIsNotShownEither() {
    assertThat(Reading.of("{'door': {'code': 'hush'}}").problems(in -> in.secrets("door.codes")))
        .containsExactly("door.code is no setting; did you mean door.codes?");
  }

  @Test
  void theProblemsOfARefusalCanNotBeChanged() {
    List<String> problems = Arrays.asList("a", "b");
    SettingsException refusal = new SettingsException(problems);
    problems.set(0, "changed");
    assertThat(refusal.problems()).containsExactly("a", "b");
    assertThat(refusal).hasMessage("a; b");
  }
}
