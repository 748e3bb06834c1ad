package dev.errand.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has a file's name in a store's folder and is none is named, and nothing hangs on it. */
class NoFileTest extends ChunkStoreFixture {

  private static final Path ITSELF = Path.of("itself");

  /** By what is told of each: where a link leads; nowhere at all for a folder. */
  private static final List<Map.Entry<String, Path>> FORMS =
      List.of(
          Map.entry("a folder", Path.of("")),
          Map.entry("a link that leads to no file", Path.of("nowhere")),
          Map.entry("a link that leads to no file", ITSELF),
          Map.entry("a pipe, a device or the like", Path.of("/dev/null")));

  private static void put(Path file, Map.Entry<String, Path> form) throws IOException {
    if (form.getValue().toString().isEmpty()) {
      Files.createDirectory(file);
    } else {
      Path to = form.getValue().equals(ITSELF) ? file.getFileName() : form.getValue();
      Files.createSymbolicLink(file, to);
    }
  }

  private Path find(String pattern) throws IOException {
    Path own = folder.resolve("store");
    try (Stream<Path> all = Files.walk(own)) {
      return all.filter(file -> own.relativize(file).toString().matches(pattern))
          .findFirst()
          .orElseThrow();
    }
  }

  private List<String> problems() {
    try (StoreInspection store = StoreInspection.open(folder.resolve("store"))) {
      List<SavedTask> tasks = new ArrayList<>();
      store.read(tasks::add, (chunks, of) -> {});
      assertThat(tasks).hasSize(store.tasks());
      return List.copyOf(store.problems());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mark", "held-by", "tasks/LOCK", "tasks/LOG", "tasks/IDENTITY", "tasks/OPTIONS.*"})
  void whatTheStoreCanMakeAnewIsToBeMovedAway(String pattern) throws IOException {
    fill();
    store.close();
    Path file = find(pattern);
    Files.delete(file);
    for (Map.Entry<String, Path> form : FORMS) {
      put(file, form);
      String problem = file + " is no file, but " + form.getKey();
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.class)
          .hasMessageEndingWith(
              " can't be opened: " + problem + "; move it away, then start again");
      assertThat(problems()).containsExactly(problem);
      Files.delete(file);
    }
    open();
    assertAllIsThere();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tasks/CURRENT",
        "tasks/MANIFEST.*",
        "tasks/\\d+\\.log",
        "tasks/\\d+\\.sst",
        "tasks/\\d+\\.blob"
      })
  void whatTheStoreNeedsIsToBeBroughtBack(String pattern) throws IOException {
    fill();
    store.close();
    Path file = find(pattern);
    Path aside = folder.resolve("aside");
    Files.move(file, aside);
    for (Map.Entry<String, Path> form : FORMS) {
      put(file, form);
      String problem = file + " is no file, but " + form.getKey();
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(" can't be opened: " + problem + "; bring the folder back from a");
      assertThat(problems()).contains(problem);
      Files.delete(file);
    }
    Files.move(aside, file);
    open();
    assertAllIsThere();
  }
}
