package dev.errand.command;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.errand.config.settings.Quantities;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.store.SavedTask;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.Terms;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * Tasks as lines of JSON: what was submitted under the names of a submission, what came of it under
 * those of a task. Fields without a value are left out. Payloads and results are as they came, but
 * for line breaks between their tokens, which become spaces. Not thread-safe.
 */
final class TaskLines implements AutoCloseable {

  private final JsonGenerator json;

  /** Writes to that stream, and does not close it. */
  TaskLines(OutputStream out) throws IOException {
    json = new JsonFactoryBuilder().rootValueSeparator((String) null).build().createGenerator(out);
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
  }

  void write(SavedTask saved) throws IOException {
    StoredTask task = saved.task();
    json.writeStartObject();
    json.writeStringField("id", TaskId.text(task.spec().id()));
    json.writeStringField("state", task.state().text());
    submitted(task.spec());
    became(task);
    if (!saved.complete()) {
      json.writeBooleanField("incomplete", true);
    }
    json.writeEndObject();
    json.writeRaw('\n');
  }

  private void submitted(TaskSpec spec) throws IOException {
    json.writeStringField("type", spec.type());
    raw("payload", spec.payload());
    Terms terms = spec.terms();
    json.writeNumberField("priority", terms.priority());
    if (terms.maxAttempts() > 0) {
      json.writeNumberField("maxAttempts", terms.maxAttempts());
    }
    duration("timeout", terms.timeout());
    duration("backoff", terms.backoff());
    duration("delay", terms.delay());
    duration("expiresIn", terms.expiresIn());
    if (!terms.require().isEmpty()) {
      json.writeObjectFieldStart("require");
      for (Map.Entry<String, String> label : terms.require().entrySet()) {
        json.writeStringField(label.getKey(), label.getValue());
      }
      json.writeEndObject();
    }
    text("idempotencyKey", spec.key());
    if (spec.batch() != null) {
      json.writeStringField("batch", spec.batch().batch());
      if (spec.batch().line() != 0) {
        json.writeNumberField("line", spec.batch().line());
      }
    }
    time("submittedAt", spec.submitted());
  }

  private void became(StoredTask task) throws IOException {
    json.writeNumberField("attempt", task.tries().attempts());
    raw("result", task.result());
    TaskError error = task.error();
    if (error != null) {
      json.writeObjectFieldStart("error");
      json.writeStringField("kind", error.kind().text());
      json.writeStringField("message", error.message());
      json.writeStringField("detail", error.detail());
      json.writeEndObject();
    }
    if (task.lease() != null) {
      text("worker", task.lease().worker());
      time("startedAt", task.lease().started());
    }
    if (task.state().terminal()) {
      time("finishedAt", task.due());
    }
  }

  private void raw(String name, Bytes value) throws IOException {
    if (value != null) {
      json.writeFieldName(name);
      json.writeRawValue(value.text().replace('\n', ' ').replace('\r', ' '));
    }
  }

  private void text(String name, String value) throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  private void duration(String name, long millis) throws IOException {
    if (millis > 0) {
      json.writeStringField(name, Quantities.text(Duration.ofMillis(millis)));
    }
  }

  private void time(String name, long millis) throws IOException {
    if (millis > 0) {
      json.writeStringField(name, Instant.ofEpochMilli(millis).toString());
    }
  }

  void flush() throws IOException {
    json.flush();
  }

  @Override
  public void close() throws IOException {
    json.close();
  }
}
