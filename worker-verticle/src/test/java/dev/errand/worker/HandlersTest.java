package dev.errand.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.worker.api.BlockingTaskHandler;
import dev.errand.worker.api.Handler;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskHandler;
import dev.errand.worker.handlers.EchoHandler;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandlersTest {

  /** Serves type 'good' for 90 s. */
  public static class Good implements BlockingTaskHandler {
    @Override
    public String type() {
      return "good";
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(90);
    }

    @Override
    public Object handle(TaskContext task) {
      return null;
    }
  }

  /** Another one of that type. */
  public static final class Same extends Good {}

  /** No constructor for us. */
  public static final class Needy extends Good {
    public Needy(String need) {
      assertThat(need).isNotNull();
    }
  }

  /** A constructor that is not for us. */
  public static final class Shy extends Good {
    Shy() {}
  }

  /** Can't be made. */
  public static final class Failing extends Good {
    public Failing() {
      throw new IllegalStateException("no\nlicense");
    }
  }

  /** Can't be loaded. */
  public static final class Uninitialized extends Good {
    static final int VALUE = Integer.parseInt("x");
  }

  /** A class, but no thing. */
  public abstract static class Abstract extends Good {}

  /** For nobody. */
  static final class Hidden extends Good {
    public Hidden() {}
  }

  /** Both kinds. */
  public static final class Both implements TaskHandler, BlockingTaskHandler {
    @Override
    public String type() {
      return "both";
    }

    @Override
    public Duration timeout() {
      return null;
    }

    @Override
    public Future<?> handle(TaskContext task) {
      return null;
    }
  }

  private static String refusal(Class<?> named) {
    return refusal(named.getName());
  }

  private static String refusal(String named) {
    return refusal(() -> Handlers.find(List.of(named)));
  }

  private static String refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    Throwable[] thrown = new Throwable[1];
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> thrown[0] = e);
    assertThat(thrown[0].getMessage()).doesNotContain("\n");
    return thrown[0].getMessage();
  }

  private static Handler with(String type, Duration timeout) {
    return new BlockingTaskHandler() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public Duration timeout() {
        return timeout;
      }

      @Override
      public Object handle(TaskContext task) {
        return null;
      }
    };
  }

  @Test
  void theBuiltInHandlersAreFound() {
    assertThat(Handlers.find(List.of()).offers())
        .containsExactlyInAnyOrder(
            new Offer("square", Pool.EVENT_LOOP, 0),
            new Offer("echo", Pool.EVENT_LOOP, 0),
            new Offer("sleep", Pool.EVENT_LOOP, 0));
  }

  @Test
  void namedHandlersAreAddedWithTheirPoolAndTimeout() {
    Handlers handlers = Handlers.find(List.of(Good.class.getName()));
    assertThat(handlers.of("good")).isInstanceOf(Good.class);
    assertThat(handlers.of("other")).isNull();
    assertThat(handlers.offers()).contains(new Offer("good", Pool.BLOCKING, 90_000)).hasSize(4);
  }

  @Test
  void namingAHandlerTwiceOrOneThatIsFoundAnywayIsOneHandler() {
    String good = Good.class.getName();
    assertThat(Handlers.find(List.of(good, good, EchoHandler.class.getName())).offers()).hasSize(4);
  }

  @Test
  void aClassThatIsNotThereIsNamedWithTheCure() {
    assertThat(refusal("com.acme.Missing"))
        .isEqualTo(
            "worker.handlers: com.acme.Missing is not on the class path: add its jar to"
                + " ERRAND_CLASSPATH for ./errand, or to java -cp");
    assertThat(refusal("no class name")).contains("is not on the class path");
  }

  @Test
  void aClassThatIsNoHandlerIsRefused() {
    assertThat(refusal(String.class))
        .isEqualTo(
            "worker.handlers: java.lang.String implements neither TaskHandler nor"
                + " BlockingTaskHandler");
  }

  @Test
  void aClassThatCantBeMadeIsRefused() {
    String needs = " needs a public constructor without arguments";
    assertThat(refusal(Needy.class)).endsWith(needs);
    assertThat(refusal(Shy.class)).endsWith(needs);
    assertThat(refusal(Abstract.class)).endsWith("must be a public class that is not abstract");
    assertThat(refusal(Hidden.class)).endsWith("must be a public class that is not abstract");
    assertThat(refusal(TaskHandler.class)).endsWith("must be a public class that is not abstract");
    assertThat(refusal(Failing.class))
        .startsWith("worker.handlers: the constructor of " + Failing.class.getName() + " failed: ")
        .endsWith("IllegalStateException: no license");
    assertThat(refusal(Uninitialized.class)).contains("can't be initialized", "For input string");
  }

  @Test
  void twoHandlersOfOneTypeAreRefused() {
    assertThat(refusal(() -> Handlers.find(List.of(Good.class.getName(), Same.class.getName()))))
        .isEqualTo(
            Good.class.getName()
                + " and "
                + Same.class.getName()
                + " both serve 'good': give one of them another type");
  }

  @Test
  void aHandlerOfBothKindsIsRefused() {
    assertThat(refusal(Both.class)).endsWith("implement one of them");
  }

  @Test
  void aBadTypeOrTimeoutIsRefused() {
    for (String type : new String[] {null, "", "two words", "x".repeat(101)}) {
      assertThat(refusal(() -> new Handlers(List.of(with(type, null))))).contains("must match");
    }
    for (Duration timeout : List.of(Duration.ZERO, Duration.ofNanos(5), Duration.ofDays(31))) {
      assertThat(refusal(() -> new Handlers(List.of(with("a", timeout)))))
          .contains("must be 1 ms to 30 days");
    }
    assertThat(new Handlers(List.of(with("a", Duration.ofDays(30)))).offers()).hasSize(1);
  }

  @Test
  void aHandlerThatCantSayItsTypeIsRefused() {
    Handler broken =
        new Good() {
          @Override
          public String type() {
            throw new UnsupportedOperationException("later");
          }
        };
    assertThat(refusal(() -> new Handlers(List.of(broken)))).contains("can't say", "later");
  }
}
