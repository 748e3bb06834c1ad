package dev.errand.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The least root of a file system in which Java runs: a runtime of this JDK and the C libraries
 * that it needs. There is no shell in it.
 */
final class JavaRoot {

  /** Where programs are, in there. */
  static final String PATH = "/opt/java/bin";

  /** What {@code java.desktop} wants beside is never loaded. */
  private static final String MODULES =
      "java.se,jdk.unsupported,jdk.management,jdk.crypto.ec,jdk.naming.dns,jdk.zipfs";

  private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");

  /** Those of native libraries that are in jars. */
  private static final List<String> OTHERS =
      List.of("libstdc++.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1");

  private JavaRoot() {}

  /**
   * Makes one; takes some seconds.
   *
   * @param root a folder that is not there yet
   */
  static Path make(Path root) throws Exception {
    Path java = root.resolve(PATH.substring(1)).getParent();
    Files.createDirectories(java.getParent());
    Shell.run(
        jdk("jlink").toString(),
        "--add-modules",
        MODULES,
        "--strip-java-debug-attributes",
        "--no-man-pages",
        "--no-header-files",
        "--compress=1",
        "--output",
        java.toString());
    for (String library : libraries(java)) {
      Path copy = root.resolve(library.substring(1));
      Files.createDirectories(copy.getParent());
      Files.copy(Path.of(library), copy, StandardCopyOption.REPLACE_EXISTING);
    }
    Shell.run("mkdir", "--mode", "1777", root.resolve("tmp").toString());
    return root;
  }

  private static Path jdk(String tool) {
    return Path.of(System.getProperty("java.home"), "bin", tool);
  }

  /** With the names by which the loader looks for them, which may be links. */
  private static TreeSet<String> libraries(Path java) throws Exception {
    List<String> ldd = new ArrayList<>(List.of("ldd", java.resolve("bin/java").toString()));
    try (Stream<Path> files = Files.walk(java.resolve("lib"))) {
      files.map(Path::toString).filter(file -> file.endsWith(".so")).forEach(ldd::add);
    }
    TreeSet<String> found = new TreeSet<>();
    Matcher matcher = LIBRARY.matcher(Shell.run(ldd.toArray(String[]::new)));
    while (matcher.find()) {
      if (!matcher.group(1).startsWith(java.toString())) {
        found.add(matcher.group(1));
      }
    }
    Path folder = Path.of(beside(found, "libc.so.6")).getParent();
    OTHERS.forEach(library -> found.add(folder.resolve(library).toString()));
    return found;
  }

  private static String beside(TreeSet<String> libraries, String library) throws IOException {
    return libraries.stream()
        .filter(path -> path.endsWith("/" + library))
        .findAny()
        .orElseThrow(() -> new IOException("the JDK needs no " + library));
  }
}
