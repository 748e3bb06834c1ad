package dev.errand.worker;

import io.vertx.core.spi.context.executor.EventExecutorProvider;
import java.util.concurrent.Executor;

/**
 * Gives a Vert.x context that is made on a lane the executor of the attempt that runs there, so
 * that all callbacks of an attempt come back to its lane. Every Vert.x of the JVM asks, so all
 * other threads get none, and what they always had. Found by Vert.x through {@code
 * META-INF/services}.
 */
public final class LaneExecutors implements EventExecutorProvider {

  /** A thread that has an executor to give. */
  interface Place {

    /** For contexts that are made on it now; null if there is none. */
    Executor executor();
  }

  @Override
  public Executor eventExecutorFor(Thread thread) {
    return thread instanceof Place place ? place.executor() : null;
  }
}
