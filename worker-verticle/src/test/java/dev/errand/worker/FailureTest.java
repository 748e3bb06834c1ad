package dev.errand.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.worker.api.TaskRejected;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FailureTest {

  private static final class Nasty extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message for you");
    }

    @Override
    public synchronized Throwable getCause() {
      throw new IllegalStateException("no cause for you");
    }
  }

  @Test
  void theMessageIsTheExceptionInOneLine() {
    assertThat(Failure.of(new IOException(" no\n route\tto host ")).message())
        .isEqualTo("java.io.IOException: no route to host");
    assertThat(Failure.of(new OutOfMemoryError()).message())
        .isEqualTo("java.lang.OutOfMemoryError");
    assertThat(Failure.of(new IOException("no route")).kind()).isEqualTo(ErrorKind.HANDLER);
  }

  @Test
  void withoutAMessageItIsTheClass() {
    assertThat(Failure.of(new IOException()).message()).isEqualTo("java.io.IOException");
    assertThat(Failure.of(new IOException("  ")).message()).isEqualTo("java.io.IOException");
  }

  @Test
  void aTextThatAFutureFailsWithIsTheMessage() {
    assertThat(Failure.of(Future.failedFuture("no route").cause()).message()).isEqualTo("no route");
  }

  @Test
  void theDetailIsTheTopOfTheStack() {
    String[] lines = Failure.of(new IOException("no route")).detail().split("\n");
    assertThat(lines[0]).isEqualTo("java.io.IOException: no route");
    assertThat(lines[1]).startsWith("  at dev.errand.worker.FailureTest.theDetailIs");
    assertThat(lines.length).isBetween(5, Failure.MAX_LINES);
  }

  @Test
  void causesShareTheLines() {
    Throwable thrown = new IOException("root");
    for (int i = 0; i < 10; i++) {
      thrown = new IllegalStateException("level " + i, thrown);
    }
    String detail = Failure.of(thrown).detail();
    assertThat(detail.split("\n").length).isBetween(6, Failure.MAX_LINES);
    assertThat(detail).contains("caused by java.lang.IllegalStateException: level 8");
  }

  @Test
  void aRejectionIsOneAlsoInsideAFuturesWrapper() {
    TaskRejected rejected = new TaskRejected("never");
    for (Throwable thrown :
        new Throwable[] {
          rejected,
          new CompletionException(rejected),
          new ExecutionException(new CompletionException(rejected))
        }) {
      TaskError error = Failure.of(thrown);
      assertThat(error.kind()).isEqualTo(ErrorKind.REJECTED);
      assertThat(error.message()).isEqualTo("never");
      assertThat(error.detail()).isEmpty();
    }
    assertThat(Failure.of(new TaskRejected("never", new IOException("gone"))).detail())
        .startsWith("java.io.IOException: gone");
  }

  @Test
  void anExceptionThatThrowsIsStillAnError() {
    TaskError error = Failure.of(new Nasty());
    assertThat(error.message()).isEqualTo(Nasty.class.getName());
    assertThat(error.detail()).startsWith(Nasty.class.getName());
  }

  @Test
  void anExceptionThatCausesItselfIsStillAnError() {
    IOException first = new IOException("a");
    IOException second = new IOException("b", first);
    first.initCause(second);
    assertThat(Failure.of(second).detail().split("\n").length)
        .isLessThanOrEqualTo(Failure.MAX_LINES);
  }
}
