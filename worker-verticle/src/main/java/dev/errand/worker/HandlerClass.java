package dev.errand.worker;

import dev.errand.config.settings.WorkerSettings;
import dev.errand.worker.api.Handler;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;

/** Makes a handler of a class that is named in the settings. */
final class HandlerClass {

  private static final String KEY = WorkerSettings.HANDLERS + ": ";

  private static final String ADD = "add its jar to ERRAND_CLASSPATH for ./errand, or to java -cp";

  private HandlerClass() {}

  /**
   * An instance, by the public constructor without arguments.
   *
   * @throws IllegalArgumentException if there is none; one line that names the cure
   */
  static Handler make(String name) {
    try {
      return check(name).newInstance();
    } catch (InvocationTargetException e) {
      throw refused("the constructor of " + name + " failed: " + e.getCause(), e.getCause());
    } catch (LinkageError e) {
      throw refused(name + " can't be initialized: " + reason(e), e);
    } catch (ReflectiveOperationException e) {
      throw refused(name + " can't be made: " + e, e);
    }
  }

  /**
   * The constructor, without calling it.
   *
   * @throws IllegalArgumentException if there is none; one line that names the cure
   */
  static Constructor<? extends Handler> check(String name) {
    Class<?> type = load(name);
    if (!Handler.class.isAssignableFrom(type)) {
      throw refused(name + " implements neither TaskHandler nor BlockingTaskHandler", null);
    }
    int modifiers = type.getModifiers();
    if (Modifier.isAbstract(modifiers) || !Modifier.isPublic(modifiers)) {
      throw refused(name + " must be a public class that is not abstract", null);
    }
    try {
      return type.asSubclass(Handler.class).getConstructor();
    } catch (ReflectiveOperationException e) {
      throw refused(name + " needs a public constructor without arguments", e);
    }
  }

  private static Class<?> load(String name) {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    try {
      return Class.forName(
          name, false, loader == null ? HandlerClass.class.getClassLoader() : loader);
    } catch (ClassNotFoundException e) {
      throw refused(name + " is not on the class path: " + ADD, e);
    } catch (LinkageError e) {
      throw refused(name + " can't be loaded: " + reason(e), e);
    }
  }

  private static String reason(LinkageError e) {
    if (e instanceof NoClassDefFoundError && e.getCause() == null) {
      return "it needs " + e.getMessage() + ", " + ADD;
    }
    return String.valueOf(e.getCause() == null ? e : e.getCause());
  }

  private static IllegalArgumentException refused(String message, Throwable cause) {
    return new IllegalArgumentException(Failure.oneLine(KEY + message), cause);
  }
}
