package dev.errand.config.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.VertxOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventLoopsTest {

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "3,1", "4,2", "64,32"})
  void thereIsOneForTwoProcessors(int processors, int loops) {
    VertxOptions options = new VertxOptions();
    ErrandLauncher.useFewLoops(options, processors);
    assertThat(options.getEventLoopPoolSize()).isEqualTo(loops);
  }

  @Test
  void whatTheUserAskedForCounts() {
    int asked = VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE + 3;
    VertxOptions options = new VertxOptions().setEventLoopPoolSize(asked);
    ErrandLauncher.useFewLoops(options, 4);
    assertThat(options.getEventLoopPoolSize()).isEqualTo(asked);
  }
}
