package dev.errand.dispatcher;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.FramePort;
import dev.errand.dispatcher.core.PayloadCheck;
import dev.errand.dispatcher.core.VirtualClient;
import dev.errand.dispatcher.store.MemoryTaskStore;
import dev.errand.dispatcher.store.TaskStore;
import io.vertx.core.Context;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** A dispatcher on a store in memory that has room for all that a test does; nobody ticks it. */
public final class MemoryTurns {

  /** Those of a task that says nothing of them. */
  public static final CoreSettings.Defaults DEFAULTS = new CoreSettings.Defaults(60_000, 3, 1_000);

  private MemoryTurns() {}

  /** What tasks must not go beyond, in bytes of a payload or result, and in number. */
  public static CoreSettings.Limits limits(int payload, int tasks) {
    return new CoreSettings.Limits(payload, payload, tasks, 1L << 30);
  }

  /** One whose turns run on that context, which is the caller's. */
  public static TurnLoop open(
      Context context,
      CoreSettings.Limits limits,
      CoreSettings.Defaults defaults,
      FramePort frames) {
    return open(context, limits, defaults, frames, store -> store);
  }

  /** One whose store is what that makes of it. */
  public static TurnLoop open(
      Context context,
      CoreSettings.Limits limits,
      CoreSettings.Defaults defaults,
      FramePort frames,
      UnaryOperator<TaskStore> wrapping) {
    MemoryTaskStore store =
        new MemoryTaskStore(
            new StoreSettings(
                StoreSettings.Kind.MEMORY,
                Path.of("none"),
                Duration.ofHours(1),
                Duration.ofHours(1),
                1L << 30),
            System::currentTimeMillis);
    CoreSettings settings =
        new CoreSettings(
            VirtualClient.CLUSTER,
            store.id(),
            store.epoch(),
            limits,
            defaults,
            CoreSettings.Timings.USUAL);
    DispatcherCore core =
        new DispatcherCore(
            settings, PayloadCheck.json(), new SplittableRandom(1), frames, TurnLoop.now());
    return new TurnLoop(context, core, wrapping.apply(store), failure -> {});
  }
}
