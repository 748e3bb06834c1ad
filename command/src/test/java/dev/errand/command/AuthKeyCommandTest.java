package dev.errand.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.security.AuthKey;
import org.junit.jupiter.api.Test;

/** {@code errand authkey}. */
class AuthKeyCommandTest {

  private final Shell shell = new Shell("");

  @Test
  void eachKeyIsAnother() {
    assertThat(shell.run("authkey")).isZero();
    assertThat(shell.run("authkey")).isZero();
    assertThat(shell.lines())
        .hasSize(2)
        .doesNotHaveDuplicates()
        .allSatisfy(line -> assertThat(AuthKey.parse(line).text()).isEqualTo(line));
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void aKeyThatNobodyGetsIsAFailure() {
    shell.out = new ClosedOutput(0);
    assertThat(shell.run("authkey")).isEqualTo(1);
    assertThat(shell.err())
        .isEqualTo("errand: the standard output can't be written to: Broken pipe\n");
  }
}
