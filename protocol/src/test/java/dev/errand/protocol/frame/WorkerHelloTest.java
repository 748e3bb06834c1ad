package dev.errand.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WorkerHelloTest {

  private static final int LABELS = 2;
  private static final List<WorkerHello.Held> NOTHING = List.of();

  private static WorkerHello hello(
      Map<String, String> labels, List<WorkerHello.Held> held, boolean draining) {
    return new WorkerHello("w", "node", new Credit(1, 2), List.of(), labels, held, draining);
  }

  private static WorkerHello back(WorkerHello hello) throws Exception {
    return WorkerHello.read(hello.frame(Sample.UNKNOWN));
  }

  /** A hello of a worker that offers and holds nothing, up to its flags. */
  private static FrameWriter flags(int flags) {
    return new FrameWriter()
        .text("w")
        .text("node")
        .varint(1)
        .varint(2)
        .varint(0)
        .varint(0)
        .u8(flags);
  }

  private static void assertMalformed(FrameWriter hello) {
    byte[] frame = hello.frame(FrameKind.WORKER_HELLO, Sample.UNKNOWN, 0, Credit.NONE);
    assertThatThrownBy(() -> WorkerHello.read(frame)).isInstanceOf(MalformedFrameException.class);
  }

  @Test
  void eachPartComesBackAloneAndTogether() throws Exception {
    List<WorkerHello.Held> held =
        List.of(new WorkerHello.Held(1, 0), new WorkerHello.Held(-1, Long.MAX_VALUE));
    List<WorkerHello.Held> withoutTasks = List.of(new WorkerHello.Held(1, 0));
    for (Map<String, String> labels : List.of(Map.<String, String>of(), Map.of("gpu", "a100"))) {
      for (List<WorkerHello.Held> each : List.of(NOTHING, withoutTasks, held)) {
        for (boolean draining : new boolean[] {false, true}) {
          WorkerHello hello = hello(labels, each, draining);
          assertThat(back(hello)).isEqualTo(hello);
        }
      }
    }
  }

  @Test
  void labelsThatNoWorkerHasAreMalformed() throws Exception {
    for (String bad : List.of("", "a b", "-a", "a".repeat(64), "ü", "a".repeat(1_001))) {
      assertMalformed(flags(LABELS).varint(1).text("gpu").text(bad));
      assertMalformed(flags(LABELS).varint(1).text(bad).text("a100"));
    }
    assertMalformed(flags(LABELS).varint(2).text("gpu").text("a").text("gpu").text("b"));
    assertMalformed(flags(LABELS).varint(Long.MAX_VALUE));
  }

  @Test
  void tooManyLabelsAreMalformed() throws Exception {
    String[] sixteen = IntStream.range(0, 32).mapToObj(i -> "label-" + i).toArray(String[]::new);
    assertThat(back(hello(Sample.labels(sixteen), NOTHING, false)).labels()).hasSize(16);
    FrameWriter seventeen = flags(LABELS).varint(17);
    for (int i = 0; i < 34; i++) {
      seventeen.text("label-" + i);
    }
    assertMalformed(seventeen);
  }

  @Test
  void flagsOfALaterVersionAreMalformed() {
    for (int flag = 8; flag < 256; flag <<= 1) {
      assertMalformed(flags(flag));
      assertMalformed(flags(flag | 1));
    }
  }
}
