package dev.errand.worker;

import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.worker.api.BlockingTaskHandler;
import dev.errand.worker.api.Handler;
import dev.errand.worker.api.TaskHandler;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The handlers of a worker, by the type they serve. */
final class Handlers {

  private final Map<String, Handler> byType = new LinkedHashMap<>();

  /**
   * A worker's handlers.
   *
   * @throws IllegalArgumentException if two serve one type, or a type has no valid name
   */
  Handlers(List<? extends Handler> handlers) {
    handlers.forEach(this::add);
  }

  /**
   * The handlers that {@link ServiceLoader} finds, and those of these classes.
   *
   * @throws IllegalArgumentException if one can't be made; the message names the cure
   */
  static Handlers find(List<String> classNames) {
    List<Handler> all = new ArrayList<>();
    try {
      ServiceLoader.load(TaskHandler.class).forEach(all::add);
      ServiceLoader.load(BlockingTaskHandler.class).forEach(all::add);
    } catch (ServiceConfigurationError e) {
      throw new IllegalArgumentException(
          "a handler named in META-INF/services can't be made: " + e.getMessage(), e);
    }
    for (String name : classNames) {
      Handler handler = make(name);
      if (all.stream().noneMatch(known -> known.getClass() == handler.getClass())) {
        all.add(handler);
      }
    }
    return new Handlers(all);
  }

  private static Handler make(String name) {
    try {
      Object made =
          Class.forName(name, true, Thread.currentThread().getContextClassLoader())
              .getConstructor()
              .newInstance();
      if (made instanceof Handler handler) {
        return handler;
      }
      throw new IllegalArgumentException(
          "worker.handlers: " + name + " implements neither TaskHandler nor BlockingTaskHandler");
    } catch (ClassNotFoundException | LinkageError e) {
      throw new IllegalArgumentException(
          "worker.handlers: " + name + " is not on the class path: add its jar to java -cp", e);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "worker.handlers: the constructor of " + name + " failed: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "worker.handlers: " + name + " needs a public constructor without arguments", e);
    }
  }

  private void add(Handler handler) {
    String type = handler.type();
    if (type == null || !TaskRequest.TYPE_PATTERN.matcher(type).matches()) {
      throw new IllegalArgumentException(
          handler.getClass().getName()
              + ": type '"
              + type
              + "' must match "
              + TaskRequest.TYPE_PATTERN.pattern());
    }
    Handler other = byType.putIfAbsent(type, handler);
    if (other != null) {
      throw new IllegalArgumentException(
          other.getClass().getName()
              + " and "
              + handler.getClass().getName()
              + " both serve '"
              + type
              + "': leave one out");
    }
  }

  /** The handler of that type; null if there is none. */
  Handler of(String type) {
    return byType.get(type);
  }

  /** What a worker with these handlers offers. */
  List<Offer> offers() {
    return byType.values().stream()
        .map(
            handler ->
                new Offer(
                    handler.type(),
                    handler instanceof TaskHandler ? Pool.EVENT_LOOP : Pool.BLOCKING,
                    handler.timeout() == null ? 0 : Math.max(1, handler.timeout().toMillis())))
        .toList();
  }
}
