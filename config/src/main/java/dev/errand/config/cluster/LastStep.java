package dev.errand.config.cluster;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A step on a node's way out that waits for others: for the cluster, for a disk. They may never
 * answer, and whoever supervises the node does not wait for ever.
 */
public final class LastStep {

  private static final Logger log = LoggerFactory.getLogger(LastStep.class);

  private LastStep() {}

  /**
   * Gives it so long.
   *
   * @param context what comes after is run there
   * @param what it does, such as {@code closing the bus}
   * @return completes as the step does, or without a result when its time is over, which is logged
   */
  public static <T> Future<T> within(Context context, Duration limit, String what, Future<T> step) {
    Promise<T> here = ((ContextInternal) context).promise();
    step.onComplete(here);
    return here.future()
        .timeout(limit.toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            any -> {
              if (step.isComplete()) {
                return step;
              }
              log.warn("{} takes more than {} ms: ends without", what, limit.toMillis());
              return Future.succeededFuture();
            });
  }
}
