package dev.errand.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import org.junit.jupiter.api.Test;

class StoreProblemTest {

  @Test
  void whoeverAsksAStoreThatFailedMayComeBackToTheNextDispatcher() {
    Problem problem = Problem.of(new StoreException("/secret/folder has no space left"));
    assertThat(problem.type()).isEqualTo(ProblemType.NOT_READY);
    assertThat(problem.getMessage()).doesNotContain("secret");
  }
}
