package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DispatcherSettingsTest {

  private static DispatcherSettings read(String file) {
    return Reading.of(file).by(DispatcherSettings::read);
  }

  private static List<String> problems(String file) {
    return Reading.of(file).problems(DispatcherSettings::read);
  }

  @Test
  void aDispatcherNeedsNoSettingsOfItsOwn() {
    assertThat(read("{}"))
        .isEqualTo(
            new DispatcherSettings(
                new HttpSettings("127.0.0.1", 8080),
                new StoreSettings(
                    StoreSettings.Kind.DISK,
                    Path.of("data"),
                    Duration.ofHours(24),
                    Duration.ofDays(7),
                    4L * 1024 * 1024 * 1024),
                new LimitSettings(1_048_576, 1_048_576, 10_000_000, 8_589_934_592L),
                new DefaultSettings(
                    Duration.ofMinutes(5), 3, Duration.ofSeconds(1), Duration.ofSeconds(20))));
  }

  @Test
  void whatIsKeptInMemoryTakesNoMoreThanThatHas() {
    long heap = Runtime.getRuntime().maxMemory();
    assertThat(read("{'store': {'kind': 'memory'}}").limits().queuedBytes())
        .isEqualTo(Math.min(heap / 4, 1_073_741_824));
  }

  @Test
  void eachKeyIsRead() {
    assertThat(
            read(
                "{'http': {'host': 'localhost', 'port': 0},"
                    + " 'store': {'kind': 'memory', 'path': 'elsewhere',"
                    + " 'retention': {'succeeded': '1h', 'failed': '0s', 'bytes': '64KiB'}},"
                    + " 'limits': {'payload': '2KiB', 'result': '16MiB', 'queued': 1,"
                    + " 'queuedBytes': '1KiB'},"
                    + " 'defaults': {'timeout': '1s', 'maxAttempts': 1, 'backoff': '2s',"
                    + " 'wait': '0s'}}"))
        .isEqualTo(
            new DispatcherSettings(
                new HttpSettings("localhost", 0),
                new StoreSettings(
                    StoreSettings.Kind.MEMORY,
                    Path.of("elsewhere"),
                    Duration.ofHours(1),
                    Duration.ZERO,
                    65_536),
                new LimitSettings(2_048, 16_777_216, 1, 1_024),
                new DefaultSettings(
                    Duration.ofSeconds(1), 1, Duration.ofSeconds(2), Duration.ZERO)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          http.port | -1 | 0 to 65535
          http.port | 65536 | 0 to 65535
          store.kind | 'tape' | one of disk, memory
          store.retention.succeeded | '-1s' | a duration such as
          store.retention.succeeded | '3651d' | 0ms to 3650d
          store.retention.failed | '3651d' | 0ms to 3650d
          store.retention.bytes | '1025TiB' | 0B to
          limits.payload | 0 | 1B to 16MiB
          limits.payload | '17MiB' | 1B to 16MiB
          limits.result | 0 | 1B to 16MiB
          limits.result | '17MiB' | 1B to 16MiB
          limits.queued | 0 | 1 to 1000000000
          limits.queued | 1000000001 | 1 to 1000000000
          limits.queuedBytes | '1023B' | 1KiB to
          limits.queuedBytes | '1024TiB' | 1KiB to
          defaults.timeout | '0ms' | 1ms to 20d
          defaults.timeout | '21d' | 1ms to 20d
          defaults.maxAttempts | 0 | 1 to 1000
          defaults.maxAttempts | 1001 | 1 to 1000
          defaults.backoff | '0ms' | 1ms to 1h
          defaults.backoff | '61m' | 1ms to 1h
          defaults.wait | '6m' | 0ms to 5m
          """)
  void whatIsNotAllowedIsToldWhatIs(String key, String value, String allowed) {
    assertThat(problems(nested(key, value)))
        .singleElement()
        .asString()
        .startsWith(key + " " + value + " must be " + allowed);
  }

  /** {@code a.b} and 1 to {@code {'a': {'b': 1}}}. */
  private static String nested(String key, String value) {
    String file = value;
    String[] path = key.split("\\.");
    for (int i = path.length - 1; i >= 0; i--) {
      file = "{'" + path[i] + "': " + file + "}";
    }
    return file;
  }

  @Test
  void inMemoryEndedTasksMayNotTakeMoreThanTheHeap() {
    long heap = Runtime.getRuntime().maxMemory();
    assertThat(
            read("{'store': {'kind': 'memory', 'retention': {'bytes': " + heap + "}}}")
                .store()
                .retentionBytes())
        .isEqualTo(heap);
    assertThat(
            problems("{'store': {'kind': 'memory', 'retention': {'bytes': " + (heap + 1) + "}}}"))
        .hasSize(1);
  }

  @Test
  void theKeysOfAWorkerAreRefused() {
    assertThat(problems("{'worker': {'name': 'w'}}"))
        .containsExactly("worker is no setting, remove it");
  }

  @Test
  void aDispatcherInAClusterLeavesTheClustersKeysAlone() {
    JsonObject conf = Reading.of("{'cluster': {'any': 1}, 'http': {'port': 81}}").file();
    DispatcherSettings settings =
        DispatcherSettings.read(conf, Map.of("ERRAND_HTTP_PORT", "82", "ERRAND_NO_SETTING", "1"));
    assertThat(settings.http().port()).isEqualTo(82);
  }

  @Test
  void aDispatcherInAClusterRefusesAllElseThatIsWrong() {
    JsonObject conf = Reading.of("{'http': {'port': -1}, 'limit': {}}").file();
    assertThatThrownBy(() -> DispatcherSettings.read(conf, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessage("http.port -1 must be 0 to 65535; limit is no setting; did you mean limits?");
  }

  @Test
  void aVerticleReadsTokensThatAreHidden() {
    String token = "0123456789abcdef";
    JsonObject conf = Reading.of("{'http': {'tokens': {'" + token + "': 'submit'}}}").file();
    HttpTokens before = DispatcherSettings.read(conf, Map.of()).http().tokens();
    DispatcherSettings.hideSecrets(conf);
    JsonObject config = new DeploymentOptions(new DeploymentOptions().setConfig(conf)).getConfig();
    assertThat(config.getJsonObject("http").getValue("tokens"))
        .hasToString("[HttpToken(submit, not shown)]");
    HttpTokens after = DispatcherSettings.read(config, Map.of()).http().tokens();
    assertThat(after).isEqualTo(before);
    assertThat(after.find(token).role()).isEqualTo(Role.SUBMIT);
  }

  @Test
  void badTokensInAFileAreHiddenToo() {
    JsonObject conf = Reading.of("{'http': {'tokens': {'short': 'submit'}}}").file();
    DispatcherSettings.hideSecrets(conf);
    assertThat(conf.getJsonObject("http").isEmpty()).isTrue();
  }

  @Test
  void whereNothingIsSecretNothingIsHidden() {
    for (String text : List.of("{}", "{'http': {'port': 0}}", "{'http': 7}")) {
      JsonObject conf = Reading.of(text).file();
      DispatcherSettings.hideSecrets(conf);
      assertThat(conf).isEqualTo(Reading.of(text).file());
    }
  }
}
