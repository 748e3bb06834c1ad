package dev.errand.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can't be what was written refuses the start. */
class StoreDamageTest extends ChunkStoreFixture {

  @ParameterizedTest
  @ValueSource(strings = {".*\\.log", ".*\\.sst", ".*\\.blob", "MANIFEST.*", "CURRENT"})
  void aBitThatFlippedRefusesTheStartAndNamesTheFolder(String pattern) throws IOException {
    fill();
    store.close();
    List<Path> files = files(pattern);
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      long at = file.toFile().length() / 2;
      flip(file, at);
      assertThatThrownBy(this::open)
          .as(file.getFileName().toString())
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("./errand store check " + folder.resolve("store"));
      flip(file, at);
    }
    open();
    assertAllIsThere();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aMarkThatIsDamagedRefusesTheStart(int at) throws IOException {
    fill();
    store.close();
    Path mark = folder.resolve("store/mark");
    for (int bit = 0; bit < 8; bit++) {
      byte[] text = Files.readAllBytes(mark);
      text[at] ^= (byte) (1 << bit);
      Files.write(mark, text);
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("what is in " + mark + " can't be read");
      text[at] ^= (byte) (1 << bit);
      Files.write(mark, text);
    }
    open();
  }

  @ParameterizedTest
  @ValueSource(strings = {".*\\.log", "MANIFEST.*"})
  void aFileThatIsCutOffRefusesTheStart(String pattern) throws IOException {
    fill();
    store.close();
    Path file = files(pattern).get(0);
    truncate(file, file.toFile().length() / 2);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(folder.resolve("store").toString());
    copy(folder.resolve("empty"), folder.resolve("store"));
    open();
  }

  @Test
  void aLogThatIsGoneRefusesTheStart() throws IOException {
    fill();
    store.close();
    for (Path log : files(".*\\.log")) {
      Files.delete(log);
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("files of it are missing or cut off");
    copy(folder.resolve("empty"), folder.resolve("store"));
    open();
  }
}
