package dev.errand.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.frame.Grant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

class FailureLogTest {

  private static final int LOOKS = FailureLog.WINDOW_SECONDS * 1_000 / AttemptRunner.WATCH_MILLIS;

  private static final TaskError ERROR =
      new TaskError(ErrorKind.HANDLER, "java.io.IOException: gone", "a\n  at b\n");

  private final AttemptRunner runner =
      new AttemptRunner(
          new Handlers(List.of()), 1, Runnable::run, Runnable::run, null, () -> 1_000);
  private final Lines lines = new Lines();
  private final FailureLog log = new FailureLog(lines);

  /** Keeps what is logged, each line with its level in front. */
  private static final class Lines extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1;

    final transient List<String> all = new ArrayList<>();
    boolean debug;

    @Override
    protected void handleNormalizedLoggingCall(
        Level level, Marker marker, String pattern, Object[] arguments, Throwable thrown) {
      all.add(level + " " + MessageFormatter.basicArrayFormat(pattern, arguments));
    }

    @Override
    protected String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    public boolean isTraceEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return debug;
    }

    @Override
    public boolean isInfoEnabled() {
      return true;
    }

    @Override
    public boolean isWarnEnabled() {
      return true;
    }

    @Override
    public boolean isErrorEnabled() {
      return true;
    }
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      Grant grant = new Grant(1, 7, 2, "square", 60_000, Bytes.of("1"));
      log.failed(new BlockingRun(grant, runner, null, null), ERROR);
    }
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      log.look();
    }
  }

  @Test
  void aFailedAttemptIsToldInOneLine() {
    fail(1);
    look(LOOKS);
    assertThat(lines.all)
        .containsExactly(
            "WARN task 0000000000007 attempt 2 of 'square' failed: handler: java.io.IOException:"
                + " gone");
  }

  @Test
  void theStackIsToldAtDebug() {
    lines.debug = true;
    fail(1);
    assertThat(lines.all)
        .hasSize(3)
        .endsWith("DEBUG task 0000000000007: a", "DEBUG task 0000000000007:   at b");
  }

  @Test
  void manyFailuresAreSummedUp() {
    fail(1);
    look(LOOKS - 1);
    fail(1_000);
    assertThat(lines.all).hasSize(FailureLog.MOST_LINES);
    look(1);
    assertThat(lines.all)
        .hasSize(FailureLog.MOST_LINES + 1)
        .endsWith("WARN 981 more failed within 10 s");
    fail(1);
    look(10 * LOOKS);
    assertThat(lines.all).hasSize(FailureLog.MOST_LINES + 2);
  }

  @Test
  void whatWasOnlyCountedIsToldAtTheEnd() {
    fail(FailureLog.MOST_LINES + 1);
    log.sumUp();
    assertThat(lines.all).endsWith("WARN 1 more failed within 10 s");
    log.sumUp();
    assertThat(lines.all).hasSize(FailureLog.MOST_LINES + 1);
  }
}
