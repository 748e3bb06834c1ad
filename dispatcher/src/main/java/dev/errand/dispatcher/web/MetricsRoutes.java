package dev.errand.dispatcher.web;

import dev.errand.config.settings.Role;
import dev.errand.dispatcher.figures.Figures;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** For Prometheus: {@code /metrics}. */
final class MetricsRoutes implements Routes, AutoCloseable {

  private static final String PLAIN = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final Figures figures;
  private final EventStream events;
  private final LargeAnswers answers;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final DispatcherMetrics metrics = new DispatcherMetrics();
  private final JvmGcMetrics collections = new JvmGcMetrics();

  MetricsRoutes(Figures figures, EventStream events, LargeAnswers answers) {
    this.figures = figures;
    this.events = events;
    this.answers = answers;
    registry.getPrometheusRegistry().register(metrics);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  @Override
  public void mount(Router router, Access access) {
    router.get("/metrics").handler(access.allow(Role.READ)).handler(this::metrics);
  }

  private void metrics(RoutingContext request) {
    String accept = request.request().getHeader(HttpHeaders.ACCEPT);
    String type =
        accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : PLAIN;
    DispatcherMetrics.Shown shown =
        new DispatcherMetrics.Shown(
            figures.read(), figures.counts(DispatcherMetrics.MOST_TYPES), events.listeners());
    answers.write(request, type, () -> Buffer.buffer(scrape(shown, type)));
  }

  private String scrape(DispatcherMetrics.Shown shown, String type) {
    metrics.show(shown);
    return registry.scrape(type);
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
