package dev.errand.config.membertls;

import dev.errand.config.security.AuthKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A member as a process of its own, for what can't be done to a thread: SIGSTOP, kill -9. */
final class MemberMain {

  private MemberMain() {}

  /** Key file, port, port of a peer; says "joined", ends with its standard input. */
  public static void main(String[] arguments) throws IOException {
    AuthKey key = AuthKey.parse(Files.readString(Path.of(arguments[0])));
    try (Members members = new Members(key)) {
      members.start(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
      System.out.println("joined");
      while (System.in.read() >= 0) {
        continue;
      }
    }
    System.exit(0);
  }
}
