package dev.errand.command.client;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a command has around it.
 *
 * @param in its standard input
 * @param out its standard output, not buffered: for results
 * @param err its standard error: for people
 * @param onTerminal whether a person sees its standard error on a terminal
 * @param environment the variables
 */
public record Surroundings(
    InputStream in,
    OutputStream out,
    PrintStream err,
    boolean onTerminal,
    Map<String, String> environment) {

  /** Those of this process. */
  public static Surroundings ofProcess() {
    // The script looks whether it is a terminal: the JVM's console needs the input to be one, too.
    return new Surroundings(
        System.in,
        new FileOutputStream(FileDescriptor.out),
        System.err,
        Boolean.getBoolean("errand.terminal"),
        System.getenv());
  }

  /**
   * Writes to the standard output.
   *
   * @throws IOException if not all of it could be written
   */
  public void print(String text) throws IOException {
    print(text.getBytes(StandardCharsets.UTF_8));
  }

  void print(byte[] text) throws IOException {
    try {
      out.write(text);
      out.flush();
    } catch (IOException e) {
      throw new IOException("the standard output can't be written to: " + e.getMessage(), e);
    }
  }
}
