package dev.errand.config.settings;

import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What a worker is told, beside {@link ClusterSettings}: the keys {@code worker.*}.
 *
 * @param name for people
 * @param labels that tasks may require
 * @param slots how many attempts run at once
 * @param handlers class names of handlers beside those that are found
 * @param drain for which running attempts may finish at stop
 * @param healthPort at which it says whether it is alive and ready; 0: any free one; empty: none
 */
public record WorkerSettings(
    String name,
    Map<String, String> labels,
    Slots slots,
    List<String> handlers,
    Duration drain,
    OptionalInt healthPort) {

  /** The key of {@link #labels}. */
  public static final String LABELS = "worker.labels";

  /** The Vert.x launcher gives a node two minutes to end. */
  private static final Duration MOST_DRAIN = Duration.ofSeconds(100);

  /** The key of {@link #handlers}. */
  public static final String HANDLERS = "worker.handlers";

  /** The key of {@link #healthPort}. */
  public static final String HEALTH_PORT = "worker.healthPort";

  private static final int MAX_SLOTS = 100_000;
  private static final int VIRTUAL_THREADS = 21;

  /**
   * Room for running attempts.
   *
   * @param blocking of handlers with a thread of their own
   * @param eventLoop of handlers on an event loop
   */
  public record Slots(int blocking, int eventLoop) {

    /** As many blocking ones as there are cores, or 256 where threads cost nothing. */
    static Slots usual() {
      return new Slots(
          Runtime.version().feature() >= VIRTUAL_THREADS
              ? 256
              : Runtime.getRuntime().availableProcessors(),
          1_000);
    }

    private static Slots parse(Object value) {
      Slots usual = usual();
      if (value instanceof JsonObject each) {
        if (!List.of("blocking", "eventLoop").containsAll(each.fieldNames())) {
          throw new IllegalArgumentException("may have blocking and eventLoop");
        }
        return new Slots(
            number(each.getValue("blocking"), usual.blocking()),
            number(each.getValue("eventLoop"), usual.eventLoop()));
      }
      return new Slots(number(value), number(value));
    }

    private static int number(Object value, int otherwise) {
      return value == null ? otherwise : number(value);
    }

    private static int number(Object value) {
      String text = String.valueOf(value);
      int number = text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
      if (number < 1 || number > MAX_SLOTS) {
        throw new IllegalArgumentException(
            "must be 1 to " + MAX_SLOTS + ", or {\"blocking\": …, \"eventLoop\": …}");
      }
      return number;
    }
  }

  /** Reads the keys; what is wrong is noted in the reader. */
  public static WorkerSettings read(SettingsReader in) {
    return new WorkerSettings(
        in.name("worker.name", hostName()),
        in.read(LABELS, Map.of(), WorkerSettings::labels),
        in.read("worker.slots", Slots.usual(), Slots::parse),
        in.texts(HANDLERS, List.of()),
        in.duration("worker.drain", Duration.ofSeconds(30), Duration.ZERO, MOST_DRAIN),
        in.port(HEALTH_PORT));
  }

  /**
   * Reads a node's settings where the cluster has been joined already.
   *
   * @throws SettingsException if any is wrong
   */
  public static WorkerSettings read(JsonObject conf, Map<String, String> environment) {
    SettingsReader in = new SettingsReader(conf, environment);
    in.leave("cluster");
    WorkerSettings settings = read(in);
    in.finish();
    return settings;
  }

  private static Map<String, String> labels(Object value) {
    if (value instanceof JsonObject each
        && each.stream().allMatch(label -> label.getValue() instanceof String)) {
      Map<String, String> labels = new TreeMap<>();
      each.forEach(label -> labels.put(label.getKey(), (String) label.getValue()));
      return Collections.unmodifiableMap(labels);
    }
    throw new IllegalArgumentException("must be {\"name\": \"value\", …}");
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "worker";
    }
  }
}
