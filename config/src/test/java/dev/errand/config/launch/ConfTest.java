package dev.errand.config.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfTest {

  @TempDir Path folder;

  private String refusal(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("my.json"), text);
    NodeFailure failure = catchThrowableOfType(NodeFailure.class, () -> Conf.read(file.toString()));
    assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(failure.getMessage()).doesNotContain("\n");
    return failure.getMessage().replace(file.toString(), "FILE");
  }

  @Test
  void settingsComeFromAFileOrAreGivenThemselves() throws IOException {
    Path file = Files.writeString(folder.resolve("my.json"), "{\"a\": 1}\n");
    assertThat(Conf.read(file.toString())).isEqualTo(new JsonObject().put("a", 1));
    assertThat(Conf.read(" {\"a\": 1}")).isEqualTo(new JsonObject().put("a", 1));
    assertThat(Conf.read(null)).isEmpty();
  }

  @Test
  void brokenJsonIsToldWithItsPlace() throws IOException {
    assertThat(refusal("{\n  \"a\": 1,\n  \"b\": }"))
        .startsWith("-conf FILE is not JSON: Unexpected character ('}' (code 125))")
        .endsWith("at line 3, column 8")
        .doesNotContain("REDACTED", "Source", "decode");
    assertThat(refusal("{\"a\": 1"))
        .startsWith("-conf FILE is not JSON: Unexpected end-of-input")
        .endsWith("at line 1, column 8")
        .doesNotContain("REDACTED");
  }

  @Test
  void whatIsNoObjectIsRefused() throws IOException {
    for (String text : new String[] {"", " \n", "[1]", "null", "3"}) {
      assertThat(refusal(text)).isEqualTo("-conf FILE must be a JSON object: {…}");
    }
  }
}
