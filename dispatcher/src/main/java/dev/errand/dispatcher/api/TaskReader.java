package dev.errand.dispatcher.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.JsonText;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.Terms;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads tasks to submit from JSON text, as the outer contract names their fields. The payload is
 * not read but cut out: its numbers and its spelling stay as they came. All that is wrong is told
 * at once. Not thread-safe.
 */
public final class TaskReader {

  private static final JsonFactory FACTORY = JsonText.enclosing();
  private static final Bytes NULL = Bytes.of("null");
  private static final int MOST_DIGITS = 9;
  private static final int MOST_SAID = 200;

  private static final String FIELDS =
      "type, payload, timeout, expiresIn, delay, priority, maxAttempts, backoff, idempotencyKey,"
          + " batch and require";

  private final int mostPayload;

  /** Most tasks are like those before. */
  private String lastType;

  private Terms lastTerms = Terms.NONE;

  /**
   * A reader.
   *
   * @param mostPayload that a task may have, in bytes
   */
  public TaskReader(int mostPayload) {
    this.mostPayload = mostPayload;
  }

  /**
   * Reads a task.
   *
   * @param text one JSON object; the task's payload points into it
   * @param wrong what is wrong already with other parts of the request; may grow
   * @throws Problem if anything is wrong, that before included
   */
  public TaskRequest read(Bytes text, List<Problem.Field> wrong) {
    TaskDraft draft = new TaskDraft(wrong);
    parse(text, draft);
    return finish(draft);
  }

  /**
   * Reads a task that is a line of a batch.
   *
   * @throws Problem if anything is wrong, as {@link #read} does
   */
  public TaskRequest line(Bytes text, BatchPlace place) {
    TaskDraft draft = new TaskDraft(new ArrayList<>(0));
    parse(text, draft);
    if (draft.batch != null) {
      draft.wrong("batch", "is not for a line of a batch, which is in that batch: leave it out");
    }
    if (draft.key != null) {
      draft.wrong(
          "idempotencyKey", "is not for a line of a batch, whose number is its key: leave it out");
      draft.key = null;
    }
    draft.batch = place;
    return finish(draft);
  }

  private TaskRequest finish(TaskDraft draft) {
    if (!draft.wrong.isEmpty()) {
      throw Problem.invalid(draft.wrong);
    }
    Terms terms = draft.terms();
    if (!terms.equals(lastTerms)) {
      lastTerms = terms;
    }
    Bytes payload = draft.payload == null ? NULL : draft.payload;
    return new TaskRequest(draft.type, payload, lastTerms, draft.key, draft.batch);
  }

  private void parse(Bytes text, TaskDraft draft) {
    if (!JsonText.isUtf8(text)) {
      draft.wrong("body", "is not JSON in UTF-8");
      return;
    }
    try (JsonParser in = FACTORY.createParser(text.array(), text.offset(), text.length())) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        draft.wrong("body", "must be a JSON object such as {\"type\": \"square\", \"payload\": 7}");
        return;
      }
      for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
        in.nextToken();
        field(name, in, text, draft);
      }
      if (in.nextToken() != null) {
        draft.wrong("body", "has more behind its JSON object");
      }
      if (draft.type == null
          && draft.wrong.stream().noneMatch(each -> each.name().equals("type"))) {
        draft.wrong("type", "is missing: " + FieldText.TYPE);
      }
    } catch (JsonProcessingException e) {
      draft.wrong("body", "is not JSON: " + said(e.getOriginalMessage()));
    } catch (IOException e) {
      draft.wrong("body", "is not JSON: " + said(String.valueOf(e.getMessage())));
    }
  }

  private static String said(String message) {
    String line = JsonText.words(message);
    return line.length() <= MOST_SAID ? line : line.substring(0, MOST_SAID) + "…";
  }

  private void field(String name, JsonParser in, Bytes text, TaskDraft draft) throws IOException {
    switch (name) {
      case "type" -> type(in, draft);
      case "payload" -> payload(in, text, draft);
      case "timeout" -> draft.timeout = millis(name, in, Terms.MAX_DURATION, draft);
      case "backoff" -> draft.backoff = millis(name, in, Terms.MAX_DURATION, draft);
      case "delay" -> draft.delay = millis(name, in, Terms.MAX_WAIT, draft);
      case "expiresIn" -> draft.expiresIn = millis(name, in, Terms.MAX_WAIT, draft);
      case "priority" -> draft.priority = integer(name, in, 0, Terms.MAX_PRIORITY, draft);
      case "maxAttempts" -> draft.maxAttempts = integer(name, in, 1, Terms.MAX_ATTEMPTS, draft);
      case "idempotencyKey" -> key(in, draft);
      case "batch" -> batch(in, draft);
      case "require" -> require(in, draft);
      default -> wrong(name, "is no field of a task: these are " + FIELDS, in, draft);
    }
  }

  /** Whatever it is, it is passed over. */
  private static void wrong(String name, String problem, JsonParser in, TaskDraft draft)
      throws IOException {
    draft.wrong(name, problem);
    in.skipChildren();
    in.finishToken();
  }

  private void type(JsonParser in, TaskDraft draft) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      wrong("type", FieldText.TYPE, in, draft);
      return;
    }
    String type = in.getText();
    if (type.equals(lastType)) {
      draft.type = lastType;
    } else if (TaskRequest.TYPE_PATTERN.matcher(type).matches()) {
      draft.type = type;
      lastType = type;
    } else {
      draft.wrong("type", FieldText.TYPE);
    }
  }

  /** Offsets of tokens count from the beginning of the text. */
  private void payload(JsonParser in, Bytes text, TaskDraft draft) throws IOException {
    int start = (int) in.currentTokenLocation().getByteOffset();
    in.skipChildren();
    in.finishToken();
    int length = (int) in.currentLocation().getByteOffset() - start;
    if (length > mostPayload) {
      draft.wrong(
          "payload", TaskRequest.tooLarge(length, mostPayload).substring("payload ".length()));
    }
    draft.payload = new Bytes(text.array(), text.offset() + start, length);
  }

  private static long millis(String name, JsonParser in, Duration most, TaskDraft draft)
      throws IOException {
    if (in.currentToken() == JsonToken.VALUE_STRING) {
      long millis = FieldText.millis(in.getText(), 1, most.toMillis());
      if (millis >= 0) {
        return millis;
      }
    }
    wrong(name, FieldText.duration(1, most.toMillis()), in, draft);
    return 0;
  }

  private static int integer(String name, JsonParser in, int least, int most, TaskDraft draft)
      throws IOException {
    if (in.currentToken() == JsonToken.VALUE_NUMBER_INT && in.getTextLength() <= MOST_DIGITS) {
      int value = in.getIntValue();
      if (value >= least && value <= most) {
        return value;
      }
    }
    wrong(name, FieldText.integer(least, most), in, draft);
    return least;
  }

  private static void key(JsonParser in, TaskDraft draft) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      wrong("idempotencyKey", FieldText.KEY, in, draft);
      return;
    }
    try {
      TaskRequest.checkKey(in.getText(), null);
      draft.key = in.getText();
    } catch (IllegalArgumentException e) {
      draft.wrong("idempotencyKey", FieldText.KEY);
    }
  }

  private static void batch(JsonParser in, TaskDraft draft) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_STRING
        || !BatchPlace.ID_PATTERN.matcher(in.getText()).matches()) {
      wrong("batch", FieldText.BATCH, in, draft);
      return;
    }
    draft.batch = new BatchPlace(in.getText(), 0);
  }

  private static void require(JsonParser in, TaskDraft draft) throws IOException {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      wrong("require", FieldText.REQUIRE, in, draft);
      return;
    }
    Map<String, String> labels = new TreeMap<>();
    int count = 0;
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      boolean text = in.nextToken() == JsonToken.VALUE_STRING;
      if (text && isLabel(name) && isLabel(in.getText())) {
        labels.put(name, in.getText());
      } else {
        wrong("require." + name, FieldText.LABEL, in, draft);
      }
      count++;
    }
    if (count > Terms.MAX_LABELS) {
      draft.wrong("require", FieldText.REQUIRE);
    } else if (labels.size() == count) {
      draft.require = labels;
    }
  }

  private static boolean isLabel(String text) {
    return Terms.LABEL_PATTERN.matcher(text).matches();
  }
}
