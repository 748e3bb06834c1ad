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

  /** The program takes this shell's place, so that it is the one that is watched and signalled. */
  private static final String END_WITH_INPUT =
      "exec 3<&0; (cat <&3; kill $$) >/dev/null 2>&1 & exec \"$@\" 3<&- </dev/null";

  private Script() {}

  /** Puts such files into the stage's folder. */
  static void copy(Stage stage, String... names) throws IOException {
    for (String name : names) {
      try (InputStream in = Script.class.getResourceAsStream("/peers/" + name)) {
        Files.copy(in, stage.folder().resolve(name));
      }
    }
  }

  /** What starts a client in the stage's folder: it reads its input, and ends with it. */
  static ProcessBuilder client(Stage stage, String... command) {
    return builder(stage, List.of(command)).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  /** What starts any other program in the stage's folder: it is told to end when its input ends. */
  static ProcessBuilder server(Stage stage, String... command) {
    List<String> all = new ArrayList<>(List.of("sh", "-c", END_WITH_INPUT, "sh"));
    all.addAll(List.of(command));
    return builder(stage, all);
  }

  private static ProcessBuilder builder(Stage stage, List<String> command) {
    return new ProcessBuilder(command).directory(stage.folder().toFile());
  }
}
