package dev.errand.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The whole system with one mistake in it: the classes of the file that is wrong are compiled anew,
 * all others of ours are loaded again beside them.
 */
final class Mutant extends ClassLoader {

  private static final String OURS = "dev.errand.";

  private final Map<String, byte[]> changed = new HashMap<>();

  Mutant(Mistake mistake) throws IOException {
    super(Mutant.class.getClassLoader());
    Path file = Path.of(System.getProperty("errand.root", "..")).resolve(mistake.source());
    String code = Files.readString(file);
    assertThat(code.split(java.util.regex.Pattern.quote(mistake.right()), -1))
        .as("%s: the place is in %s once", mistake.name(), mistake.source())
        .hasSize(2);
    compile(mistake.className(), code.replace(mistake.right(), mistake.wrong()));
  }

  private void compile(String name, String code) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> options = List.of("--release", "17", "-proc:none", "-nowarn", "-classpath", path);
    boolean compiled =
        compiler
            .getTask(null, new Output(files), null, options, null, List.of(new Source(name, code)))
            .call();
    assertThat(compiled).as("%s compiles", name).isTrue();
  }

  private static final class Source extends SimpleJavaFileObject {

    private final String code;

    Source(String name, String code) {
      super(URI.create("string:///" + name.replace('.', '/') + ".java"), Kind.SOURCE);
      this.code = code;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return code;
    }
  }

  /** Keeps the compiled classes in memory. */
  private final class Output extends ForwardingJavaFileManager<JavaFileManager> {

    Output(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("memory:///" + name), kind) {
        @Override
        public OutputStream openOutputStream() {
          return new ByteArrayOutputStream() {
            @Override
            public void close() {
              changed.put(name, toByteArray());
            }
          };
        }
      };
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] code = changed.get(name);
    if (code == null) {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        code = in.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return defineClass(name, code, 0, code.length);
  }

  /** What tries one seed on this system; see {@link Trial}. */
  @SuppressWarnings("unchecked")
  LongFunction<String> trial() throws ReflectiveOperationException {
    return (LongFunction<String>)
        loadClass(Trial.class.getName()).getDeclaredConstructor().newInstance();
  }
}
