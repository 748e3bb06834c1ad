package dev.errand.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Programs of peers that are not written in Java; they come with the bench. */
final class Script {

  /** Debian's, for Debian's libraries. */
  static final String PYTHON = "/usr/bin/python3";

  private Script() {}

  /** Puts such files into the stage's folder. */
  static void copy(Stage stage, String... names) throws IOException {
    for (String name : names) {
      try (InputStream in = Script.class.getResourceAsStream("/peers/" + name)) {
        Files.copy(in, stage.folder().resolve(name));
      }
    }
  }

  /** What starts a program in the stage's folder. */
  static ProcessBuilder builder(Stage stage, String... command) {
    return new ProcessBuilder(new ArrayList<>(List.of(command)))
        .directory(stage.folder().toFile())
        .redirectError(ProcessBuilder.Redirect.INHERIT);
  }
}
