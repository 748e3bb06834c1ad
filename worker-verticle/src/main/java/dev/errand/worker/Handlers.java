package dev.errand.worker;

import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.Terms;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.worker.api.BlockingTaskHandler;
import dev.errand.worker.api.Handler;
import dev.errand.worker.api.TaskHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The handlers of a worker, by the type they serve. Does not change. */
final class Handlers {

  private final Map<String, Handler> byType = new LinkedHashMap<>();
  private final List<Offer> offers = new ArrayList<>();

  /**
   * A worker's handlers.
   *
   * @throws IllegalArgumentException if two serve one type, or one names no valid type or timeout;
   *     one line that names the cure
   */
  Handlers(List<? extends Handler> handlers) {
    handlers.forEach(this::add);
  }

  /**
   * The handlers that {@link ServiceLoader} finds, and those of these classes.
   *
   * @param classNames as in {@code worker.handlers}; one that is found anyway is no second handler
   * @throws IllegalArgumentException if one can't be made; one line that names the cure
   */
  static Handlers find(List<String> classNames) {
    List<Handler> all = new ArrayList<>();
    try {
      ServiceLoader.load(TaskHandler.class).forEach(all::add);
      ServiceLoader.load(BlockingTaskHandler.class).forEach(all::add);
    } catch (ServiceConfigurationError e) {
      String cause = e.getCause() == null ? "" : ": " + e.getCause();
      throw new IllegalArgumentException(
          Failure.oneLine("META-INF/services: " + e.getMessage() + cause), e);
    }
    for (String name : classNames) {
      Handler handler = HandlerClass.make(name);
      if (all.stream().noneMatch(known -> known.getClass() == handler.getClass())) {
        all.add(handler);
      }
    }
    return new Handlers(all);
  }

  private void add(Handler handler) {
    Offer offer = offer(handler);
    Handler other = byType.putIfAbsent(offer.type(), handler);
    if (other != null) {
      throw new IllegalArgumentException(
          name(other)
              + " and "
              + name(handler)
              + " both serve '"
              + offer.type()
              + "': give one of them another type");
    }
    offers.add(offer);
  }

  private static Offer offer(Handler handler) {
    if (handler instanceof TaskHandler && handler instanceof BlockingTaskHandler) {
      throw new IllegalArgumentException(
          name(handler) + " is a TaskHandler and a BlockingTaskHandler: implement one of them");
    }
    String type;
    Duration timeout;
    try {
      type = handler.type();
      timeout = handler.timeout();
    } catch (RuntimeException | LinkageError e) {
      throw new IllegalArgumentException(
          Failure.oneLine(name(handler) + " can't say its type and timeout: " + e), e);
    }
    if (type == null || !TaskRequest.TYPE_PATTERN.matcher(type).matches()) {
      throw new IllegalArgumentException(
          name(handler) + ": type '" + type + "' must match " + TaskRequest.TYPE_PATTERN.pattern());
    }
    Pool pool = handler instanceof TaskHandler ? Pool.EVENT_LOOP : Pool.BLOCKING;
    return new Offer(type, pool, timeout == null ? 0 : millis(handler, timeout));
  }

  private static long millis(Handler handler, Duration timeout) {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(Terms.MAX_DURATION) > 0) {
      throw new IllegalArgumentException(
          name(handler) + ": timeout " + timeout + " must be 1 ms to 30 days, or null");
    }
    return timeout.toMillis();
  }

  private static String name(Handler handler) {
    return handler.getClass().getName();
  }

  /** The handler of that type; null if there is none. */
  Handler of(String type) {
    return byType.get(type);
  }

  /** What a worker with these handlers offers. */
  List<Offer> offers() {
    return List.copyOf(offers);
  }
}
