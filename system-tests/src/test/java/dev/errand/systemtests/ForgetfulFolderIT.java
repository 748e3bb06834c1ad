package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forgetful folder forgets what a disk may forget, and nothing else. Needs python3-fusepy. */
@Tag("debian")
class ForgetfulFolderIT {

  @TempDir Path temp;
  private ForgetfulFolder folder;
  private Path file;

  @BeforeEach
  void mount() throws Exception {
    folder = new ForgetfulFolder(temp);
    file = folder.path().resolve("file");
  }

  @AfterEach
  void unmount() throws Exception {
    folder.close();
    assertThat(folder.path()).isEmptyDirectory();
  }

  /** Forces a file or a folder. */
  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      channel.force(true);
    }
  }

  private void forced(String content) throws IOException {
    Files.writeString(file, content);
    force(file);
    force(folder.path());
  }

  private void append(String more) throws IOException {
    Files.writeString(file, more, StandardOpenOption.APPEND);
  }

  @Test
  void whatWasForcedStaysAndWhatWasNotIsGone() throws Exception {
    forced("one ");
    append("two");
    assertThat(file).hasContent("one two");
    folder.losePower();
    assertThat(file).hasContent("one ");
    append("two");
    force(file);
    append(" three");
    folder.losePower();
    assertThat(file).hasContent("one two");
  }

  @Test
  void whatWasWrittenOverWhatWasForcedIsGone() throws Exception {
    forced("a long line");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("LONG".getBytes()), 2);
      assertThat(file).hasContent("a LONG line");
    }
    folder.losePower();
    assertThat(file).hasContent("a long line");
  }

  @Test
  void aFileThatWasCutIsLongAgainUnlessThatWasForced() throws Exception {
    forced("a long line");
    cut(6);
    append(" tail");
    assertThat(file).hasContent("a long tail");
    cut(2);
    folder.losePower();
    assertThat(file).hasContent("a long line");
    cut(6);
    append(" tail");
    force(file);
    folder.losePower();
    assertThat(file).hasContent("a long tail");
    cut(1);
    force(file);
    folder.losePower();
    assertThat(file).hasContent("a");
  }

  private void cut(int length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    }
  }

  @Test
  void aSynchronousWriteIsForced() throws Exception {
    forced("");
    Files.writeString(file, "now", StandardOpenOption.DSYNC, StandardOpenOption.APPEND);
    folder.losePower();
    assertThat(file).hasContent("now");
  }

  @Test
  void aNewFileHasNoNameUntilItsFolderIsForced() throws Exception {
    Files.writeString(file, "new");
    force(file);
    folder.losePower();
    assertThat(file).doesNotExist();
    Files.writeString(file, "new");
    force(folder.path());
    folder.losePower();
    // The name was forced, and nothing else.
    assertThat(file).isEmptyFile();
  }

  @Test
  void aRenamedFileHasItsOldNameUntilItsFolderIsForced() throws Exception {
    forced("old");
    Path next = folder.path().resolve("next");
    Files.writeString(next, "next");
    force(next);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    assertThat(file).hasContent("next");
    folder.losePower();
    assertThat(file).hasContent("old");
    assertThat(next).doesNotExist();
    Files.writeString(next, "next");
    force(next);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    force(folder.path());
    folder.losePower();
    assertThat(file).hasContent("next");
  }

  @Test
  void aDeletedFileIsBackUnlessItsFolderWasForced() throws Exception {
    forced("old");
    Files.delete(file);
    assertThat(file).doesNotExist();
    folder.losePower();
    assertThat(file).hasContent("old");
    Files.delete(file);
    force(folder.path());
    folder.losePower();
    assertThat(file).doesNotExist();
  }

  @Test
  void aFolderIsThereOnceItWasForcedItself() throws Exception {
    Path inner = folder.path().resolve("outer").resolve("inner");
    Files.createDirectories(inner);
    folder.losePower();
    assertThat(folder.path()).isEmptyDirectory();
    Files.createDirectories(inner);
    file = inner.resolve("file");
    Files.writeString(file, "deep");
    force(file);
    force(inner);
    folder.losePower();
    assertThat(file).hasContent("deep");
  }

  @Test
  void aSeedLeavesNothingOrABeginningOrAllOfWhatWasNotForced() throws Exception {
    Set<String> left = new HashSet<>();
    for (int seed = 1; seed <= 60; seed++) {
      forced("one ");
      append("two ");
      append("three");
      folder.losePower(seed);
      String content = Files.readString(file);
      assertThat("one two three").startsWith(content);
      assertThat(content).startsWith("one ");
      left.add(content);
      Files.delete(file);
    }
    assertThat(left).contains("one ", "one two three").hasSizeGreaterThan(5);
  }

  @Test
  void theSameSeedLeavesTheSame() throws Exception {
    Set<String> left = new HashSet<>();
    for (int time = 0; time < 5; time++) {
      forced("");
      append("a line that is torn");
      folder.losePower(4_711);
      left.add(Files.readString(file));
      Files.delete(file);
    }
    assertThat(left).hasSize(1);
  }

  @Test
  void whatIsToldToFailFailsUntilItIsToldNotTo() throws Exception {
    forced("one ");
    folder.fail("write");
    assertThatThrownBy(() -> append("two ")).isInstanceOf(IOException.class);
    folder.fail("fsync");
    append("two ");
    assertThatThrownBy(() -> force(file)).isInstanceOf(IOException.class);
    folder.fail("");
    force(file);
    folder.losePower();
    assertThat(file).hasContent("one two ");
  }
}
