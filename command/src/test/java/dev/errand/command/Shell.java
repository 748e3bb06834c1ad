package dev.errand.command;

import dev.errand.command.client.Surroundings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs commands in this process, and keeps what they say. */
final class Shell {

  final Map<String, String> environment = new HashMap<>();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  InputStream in = InputStream.nullInputStream();
  boolean onTerminal;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  OutputStream out = kept;

  Shell(String url) {
    environment.put("ERRAND_URL", url);
  }

  Shell in(String text) {
    in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  int run(String... arguments) {
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    return ErrandCommand.run(new Surroundings(in, out, errors, onTerminal, environment), arguments);
  }

  String out() {
    return kept.toString(StandardCharsets.UTF_8);
  }

  List<String> lines() {
    return out().lines().toList();
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
