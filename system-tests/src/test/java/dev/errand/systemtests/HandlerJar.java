package dev.errand.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Workers of tests have handlers of the tests. */
final class HandlerJar {

  private HandlerJar() {}

  /**
   * A worker's jar that has a handler beside its own.
   *
   * @param jar is written
   * @param handler in a file of its own
   * @param kind the interface by which it is found
   */
  static Path of(Path jar, Class<?> handler, Class<?> kind) throws IOException {
    Path workerJar = ProcessCluster.jar("worker-verticle");
    Manifest manifest;
    try (JarFile worker = new JarFile(workerJar.toFile())) {
      manifest = worker.getManifest();
    }
    manifest.getMainAttributes().putValue("Class-Path", workerJar.toUri().toString());
    String entry = handler.getName().replace('.', '/') + ".class";
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.putNextEntry(new JarEntry(entry));
      handler.getClassLoader().getResourceAsStream(entry).transferTo(out);
      out.putNextEntry(new JarEntry("META-INF/services/" + kind.getName()));
      out.write(handler.getName().getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }
}
