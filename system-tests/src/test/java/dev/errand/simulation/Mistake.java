package dev.errand.simulation;

/**
 * Something that could be wrong in the code, made by changing one place in a source file.
 *
 * @param name what is wrong
 * @param source the file, from the repository's root
 * @param right as it reads there, once
 * @param wrong what stands there instead
 */
record Mistake(String name, String source, String right, String wrong) {

  private static final String DISPATCHER = "dispatcher/src/main/java/dev/errand/dispatcher/core/";
  private static final String WORKER = "worker-verticle/src/main/java/dev/errand/worker/core/";
  private static final String PROTOCOL = "protocol/src/main/java/dev/errand/protocol/";

  static Mistake inDispatcher(String name, String file, String right, String wrong) {
    return new Mistake(name, DISPATCHER + file + ".java", right, wrong);
  }

  static Mistake inWorker(String name, String file, String right, String wrong) {
    return new Mistake(name, WORKER + file + ".java", right, wrong);
  }

  static Mistake inProtocol(String name, String file, String right, String wrong) {
    return new Mistake(name, PROTOCOL + file + ".java", right, wrong);
  }

  /** The class that the file is named after. */
  String className() {
    String path = source.substring(source.indexOf("dev/"), source.length() - ".java".length());
    return path.replace('/', '.');
  }
}
