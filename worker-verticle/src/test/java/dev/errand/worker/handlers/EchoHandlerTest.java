package dev.errand.worker.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class EchoHandlerTest {

  @Test
  void thePayloadComesBackToTheLetter(Vertx vertx) throws Throwable {
    for (String json :
        List.of(
            "1.0",
            "1e400",
            "-0",
            "123456789012345678901234567890.10",
            "\"ü \\u00fc 🧮 \\ud83e\\uddee\"",
            " { \"b\" : 1 , \"a\" : [ ] } ",
            "[".repeat(1_000) + "]".repeat(1_000))) {
      assertThat(new HandlerRun(json).of(new EchoHandler(), vertx)).isEqualTo(Bytes.of(json));
    }
  }
}
