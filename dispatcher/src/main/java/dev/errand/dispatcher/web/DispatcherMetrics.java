package dev.errand.dispatcher.web;

import dev.errand.dispatcher.Snapshot;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.dispatcher.core.WorkerView;
import dev.errand.dispatcher.figures.NodeState;
import dev.errand.dispatcher.figures.Reading;
import dev.errand.dispatcher.figures.TypeCounts;
import dev.errand.protocol.frame.Pool;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * What Prometheus is told of the dispatcher: whatever was {@link #show}n last. Shown and collected
 * by one thread at a time.
 */
final class DispatcherMetrics implements MultiCollector {

  /** So many types by themselves: each has some eighty series. */
  static final int MOST_TYPES = 100;

  private static final double SECOND_MILLIS = 1e3;

  /**
   * What there is to tell.
   *
   * @param counts by type, at most {@value #MOST_TYPES}
   * @param listeners of events
   */
  record Shown(Reading reading, List<TypeCounts> counts, int listeners) {}

  private volatile Shown shown;

  void show(Shown next) {
    shown = next;
  }

  @Override
  public MetricSnapshots collect() {
    Shown now = shown;
    Samples samples = new Samples();
    if (now != null) {
      tasks(now.reading().snapshot().ledger(), samples);
      types(now.reading().snapshot().types(), samples);
      counts(now.counts(), samples);
      workers(now.reading().snapshot(), samples);
      store(now.reading(), samples);
      node(now, samples);
    }
    return samples.all();
  }

  private static Function<Map.Entry<String, Long>, Labels> label(String name) {
    return entry -> Labels.of(name, entry.getKey());
  }

  private static void tasks(Ledger ledger, Samples samples) {
    Map<String, Long> states =
        Map.of(
            "scheduled", ledger.scheduled(),
            "queued", ledger.queued(),
            "running", ledger.running(),
            "succeeded", ledger.succeeded(),
            "failed", ledger.failed(),
            "cancelled", ledger.cancelled());
    samples
        .gauge(
            "errand_ledger_submitted",
            "Tasks submitted since the store was made: the sum of errand_ledger_tasks.",
            ledger.submitted())
        .gauges(
            "errand_ledger_tasks",
            "Tasks by state, since the store was made.",
            states.entrySet(),
            label("state"),
            Map.Entry::getValue);
  }

  private static void types(List<TypeView> all, Samples samples) {
    List<TypeView> types = all.subList(0, Math.min(MOST_TYPES, all.size()));
    Function<TypeView, Labels> label = type -> Labels.of("type", type.type());
    samples
        .gauges(
            "errand_queue_tasks", "Tasks that wait for a worker.", types, label, TypeView::queued)
        .gauges(
            "errand_queue_oldest_seconds",
            "How long the one that waits longest has waited since it could have run.",
            types,
            label,
            type -> type.oldestMillis() / SECOND_MILLIS)
        .gauges("errand_running_tasks", "Tasks that run.", types, label, TypeView::running)
        .gauges(
            "errand_type_workers",
            "Workers that offer the type and do not drain.",
            types,
            label,
            type -> type.capacity().takers())
        .gauges(
            "errand_type_paused",
            "1 if the type is paused.",
            types,
            label,
            type -> type.settings().paused() ? 1 : 0);
  }

  private static void counts(List<TypeCounts> types, Samples samples) {
    Function<TypeCounts, Labels> label = type -> Labels.of("type", type.type());
    samples
        .counters(
            "errand_tasks_submitted",
            "Tasks that came since the start.",
            types,
            label,
            TypeCounts::submitted)
        .counters(
            "errand_tasks_succeeded",
            "Tasks that succeeded since the start.",
            types,
            label,
            TypeCounts::succeeded)
        .counters(
            "errand_tasks_failed",
            "Tasks that failed for good since the start.",
            types,
            label,
            TypeCounts::failed)
        .counters(
            "errand_tasks_cancelled",
            "Tasks that were cancelled since the start.",
            types,
            label,
            TypeCounts::cancelled)
        .counters(
            "errand_attempts_failed",
            "Attempts that failed or took too long since the start.",
            types,
            label,
            TypeCounts::failedAttempts)
        .counters(
            "errand_attempts_lost",
            "Attempts that ended with their worker since the start.",
            types,
            label,
            TypeCounts::lostAttempts)
        .histograms(
            "errand_wait_seconds",
            "From when a task could begin to when it did.",
            types,
            TypeCounts::waits)
        .histograms("errand_run_seconds", "Of a task's last attempt.", types, TypeCounts::runs)
        .histograms(
            "errand_total_seconds",
            "From a task's submission to its end.",
            types,
            TypeCounts::totals);
  }

  private static void workers(Snapshot snapshot, Samples samples) {
    List<WorkerView> workers = snapshot.workers();
    samples
        .gauge("errand_workers", "Workers that are linked.", workers.size())
        .gauge(
            "errand_workers_draining",
            "Workers that take nothing new.",
            workers.stream().filter(WorkerView::draining).count())
        .gauges(
            "errand_slots",
            "Slots of all workers.",
            List.of(Pool.values()),
            pool -> Labels.of("pool", pool.name().toLowerCase(Locale.ROOT)),
            pool -> workers.stream().mapToLong(worker -> worker.slots().of(pool)).sum())
        .gauge(
            "errand_slots_used",
            "Slots that are taken, and what waits at workers for one.",
            workers.stream().mapToInt(WorkerView::running).sum())
        .gauge("errand_clients", "Clients that are linked or remembered.", snapshot.clients())
        .counters(
            "errand_frames_dropped",
            "Frames that did nothing.",
            Map.of(
                    "malformed", snapshot.counters().malformed(),
                    "stale", snapshot.counters().stale(),
                    "unknown", snapshot.counters().unknown())
                .entrySet(),
            label("reason"),
            Map.Entry::getValue);
  }

  private static void store(Reading reading, Samples samples) {
    Snapshot.Store store = reading.snapshot().store();
    samples
        .gauges(
            "errand_store",
            "1 for the kind of store that it is.",
            List.of(reading.node().store()),
            kind -> Labels.of("kind", kind),
            kind -> 1)
        .gauge(
            "errand_store_failed",
            "1 if the store failed: no work is taken.",
            store.failure() == null ? 0 : 1)
        .gauge(
            "errand_store_full",
            "1 if the store has no room: nothing new is taken.",
            store.full() == null ? 0 : 1)
        .gauge(
            "errand_store_lag_seconds",
            "The longest that changes waited lately until they were durable.",
            store.lagMillis() / SECOND_MILLIS);
    if (store.space() != null) {
      samples
          .gauge("errand_store_bytes", "Bytes of the store's files.", store.space().bytes())
          .gauge(
              "errand_store_free_bytes",
              "Bytes that are left on the store's disk.",
              store.space().freeBytes());
    }
  }

  private static void node(Shown shown, Samples samples) {
    NodeState node = shown.reading().node();
    samples
        .gauge("errand_healthy", "1 if the verdict is that all is well.", ok(shown.reading()))
        .gauge(
            "errand_cluster_whole",
            "1 if the cluster is known to be in one part.",
            node.whole() ? 1 : 0)
        .gauge("errand_cluster_members", "Members of the cluster.", node.members().size())
        .counters(
            "errand_refused_connections",
            "Connections to the cluster's ports that came to nothing.",
            List.of(node.safety()),
            any -> Labels.EMPTY,
            NodeState.Safety::refusedConnections)
        .gauge("errand_event_listeners", "Who listens to events.", shown.listeners());
    if (node.safety().httpCertificateEnd() != null) {
      samples.gauge(
          "errand_http_certificate_end_seconds",
          "When the certificate that HTTP shows ends, in seconds since 1970.",
          node.safety().httpCertificateEnd().getEpochSecond());
    }
    if (node.safety().certificateEnd() != null) {
      samples.gauge(
          "errand_certificate_end_seconds",
          "When the node's certificate ends, in seconds since 1970.",
          node.safety().certificateEnd().getEpochSecond());
    }
  }

  private static double ok(Reading reading) {
    return reading.verdict().ok() ? 1 : 0;
  }
}
