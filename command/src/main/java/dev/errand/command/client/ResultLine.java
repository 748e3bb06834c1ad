package dev.errand.command.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskState;
import java.io.IOException;

/**
 * What of a task's end matters for a batch.
 *
 * @param line its number in the batch; 0: it has none
 * @param state what became of it
 */
record ResultLine(long line, String state) {

  /** Payloads and results are other people's: whatever a dispatcher has taken is read. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /**
   * Reads it from the task's JSON.
   *
   * @throws IOException if that is none
   */
  static ResultLine of(Bytes text) throws IOException {
    long line = 0;
    String state = null;
    try (JsonParser json = FACTORY.createParser(text.array(), text.offset(), text.length())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the dispatcher sent something else than a task");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (name.equals("line") && value == JsonToken.VALUE_NUMBER_INT) {
          line = json.getLongValue();
        } else if (name.equals("state") && value == JsonToken.VALUE_STRING) {
          state = json.getText();
        } else {
          json.skipChildren();
        }
      }
    }
    if (state == null) {
      throw new IOException("the dispatcher sent something else than a task");
    }
    return new ResultLine(line, state);
  }

  boolean is(TaskState expected) {
    return expected.text().equals(state);
  }
}
