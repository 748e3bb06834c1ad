package dev.errand.config.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallFileTest {

  @TempDir Path folder;

  private boolean isOpen(String permissions, String user) throws IOException {
    Path file = folder.resolve("secret");
    Files.deleteIfExists(file);
    Files.createFile(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    return SmallFile.isOpenToOthers(
        file.toString(), user == null ? Files.getOwner(file).getName() : user);
  }

  @Test
  void aFileOfThisUserIsItsAlone() throws IOException {
    assertThat(isOpen("rw-------", null)).isFalse();
    assertThat(isOpen("rw-r-----", null)).isTrue();
    assertThat(isOpen("rw----r--", null)).isTrue();
  }

  @Test
  void aFileOfSomebodyElseIsReadByItsGroup() throws IOException {
    assertThat(isOpen("r--r-----", "somebody-else")).isFalse();
    assertThat(isOpen("r--r--r--", "somebody-else")).isTrue();
  }
}
