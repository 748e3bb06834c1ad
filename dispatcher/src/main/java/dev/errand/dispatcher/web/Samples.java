package dev.errand.dispatcher.web;

import dev.errand.dispatcher.figures.TypeCounts;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Collects samples in the words of Prometheus. */
final class Samples {

  private static final double SECOND_MILLIS = 1e3;

  private final MetricSnapshots.Builder all = MetricSnapshots.builder();

  /** One number. */
  Samples gauge(String name, String help, double value) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
    all.metricSnapshot(gauge.dataPoint(point(Labels.EMPTY, value)).build());
    return this;
  }

  private static GaugeDataPointSnapshot point(Labels labels, double value) {
    return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }

  /** A number of each thing. */
  <T> Samples gauges(
      String name,
      String help,
      Collection<T> things,
      Function<T, Labels> labels,
      ToDoubleFunction<T> value) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
    things.forEach(each -> gauge.dataPoint(point(labels.apply(each), value.applyAsDouble(each))));
    all.metricSnapshot(gauge.build());
    return this;
  }

  /** A number of each thing that only grows; {@code _total} is added to its name. */
  <T> Samples counters(
      String name,
      String help,
      Collection<T> things,
      Function<T, Labels> labels,
      ToDoubleFunction<T> value) {
    CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
    things.forEach(
        each ->
            counter.dataPoint(
                CounterDataPointSnapshot.builder()
                    .labels(labels.apply(each))
                    .value(value.applyAsDouble(each))
                    .build()));
    all.metricSnapshot(counter.build());
    return this;
  }

  /** Times of each type, in seconds. */
  Samples histograms(
      String name,
      String help,
      Collection<TypeCounts> types,
      Function<TypeCounts, TypeCounts.Times> times) {
    HistogramSnapshot.Builder histogram = HistogramSnapshot.builder().name(name).help(help);
    types.forEach(
        type -> histogram.dataPoint(point(Labels.of("type", type.type()), times.apply(type))));
    all.metricSnapshot(histogram.build());
    return this;
  }

  private static HistogramDataPointSnapshot point(Labels labels, TypeCounts.Times times) {
    double[] seconds =
        Arrays.stream(times.upToMillis()).map(millis -> millis / SECOND_MILLIS).toArray();
    HistogramDataPointSnapshot.Builder point = HistogramDataPointSnapshot.builder();
    point.classicHistogramBuckets(ClassicHistogramBuckets.of(seconds, times.counts()));
    point.sum(times.sumMillis() / SECOND_MILLIS);
    return point.labels(labels).build();
  }

  MetricSnapshots all() {
    return all.build();
  }
}
