package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The diagram in the README shows the moves that the code allows, and no other. */
class StateDiagramTest {

  private static final Pattern ARROW = Pattern.compile(" *(\\S+) --> (\\S+?)(:.*)?");

  @Test
  void theDiagramShowsEveryMoveThatTheCodeAllows() throws IOException {
    assertThat(drawn()).isEqualTo(allowed());
  }

  private static Set<String> allowed() {
    Set<String> moves = new TreeSet<>();
    for (TaskState from : TaskState.values()) {
      for (TaskState to : TaskState.values()) {
        if (from.mayBecome(to)) {
          moves.add(from.text() + " to " + to.text());
        }
      }
    }
    moves.add("[*] to queued");
    moves.add("[*] to scheduled");
    Arrays.stream(TaskState.values())
        .filter(TaskState::terminal)
        .forEach(end -> moves.add(end.text() + " to [*]"));
    return moves;
  }

  private static Set<String> drawn() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("../README.md"));
    int start = lines.indexOf("stateDiagram-v2");
    return lines.subList(start + 1, lines.size()).stream()
        .takeWhile(line -> !line.startsWith("```"))
        .map(ARROW::matcher)
        .peek(arrow -> assertThat(arrow.matches()).as("%s", arrow).isTrue())
        .map(arrow -> arrow.group(1) + " to " + arrow.group(2))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
