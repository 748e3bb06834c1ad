package dev.errand.dispatcher.web;

import dev.errand.dispatcher.api.FieldText;
import dev.errand.dispatcher.api.Problem;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The parameters of a request's query. What is wrong with them is noted, and told as a whole. */
final class Query {

  private static final int MOST_NAMED = 50;
  private static final int MOST_WORKER = 200;

  /** The number of an event. */
  static final Pattern EVENT = Pattern.compile("[0-9]{1,18}");

  /** What that must be. */
  static final String EVENT_FORM = "must be the id of an event";

  private final List<Problem.Field> wrong = new ArrayList<>(0);
  private final MultiMap params;

  /**
   * Reads them.
   *
   * @param names that there may be
   */
  Query(RoutingContext request, String... names) {
    String text = request.request().query();
    params = text == null || text.isEmpty() ? null : request.queryParams();
    if (params != null) {
      List<String> known = Arrays.asList(names);
      for (String name : params.names()) {
        if (!known.contains(name)) {
          wrong(name, known.isEmpty() ? "is unknown" : "is unknown: there are " + list(known));
        } else if (params.getAll(name).size() > 1) {
          wrong(name, "must be there once");
        }
      }
    }
  }

  private static String list(List<String> names) {
    return names.stream().sorted().collect(Collectors.joining(", "));
  }

  /** Whether there are any. */
  boolean isThere() {
    return params != null && !params.isEmpty();
  }

  /** Notes what else is wrong. */
  void wrong(String name, String problem) {
    if (wrong.size() < MOST_NAMED) {
      wrong.add(new Problem.Field(name, problem));
    }
  }

  /** All that is wrong so far; may be added to. */
  List<Problem.Field> wrong() {
    return wrong;
  }

  /** Throws what is wrong, if anything is. */
  void check() {
    if (!wrong.isEmpty()) {
      throw Problem.invalid(wrong);
    }
  }

  /** As it is; null if it is not there. */
  String text(String name) {
    return params == null ? null : params.get(name);
  }

  /**
   * For how long the caller wants to wait for a task, in milliseconds; 0 if that is not there.
   *
   * @param usual for one who does not say how long
   */
  long wait(String name, long usual) {
    String text = text(name);
    if (text == null || text.isEmpty()) {
      return text == null ? 0 : usual;
    }
    long millis = FieldText.millis(text, 0, FieldText.MAX_WAIT);
    if (millis < 0) {
      wrong(name, FieldText.duration(0, FieldText.MAX_WAIT));
    }
    return millis;
  }

  int integer(String name, int least, int most, int usual) {
    String text = text(name);
    if (text == null) {
      return usual;
    }
    boolean digits = !text.isEmpty() && text.length() <= 9 && text.chars().allMatch(Query::isDigit);
    int value = digits ? Integer.parseInt(text) : -1;
    if (value < least || value > most) {
      wrong(name, FieldText.integer(least, most));
    }
    return value;
  }

  private static boolean isDigit(int each) {
    return each >= '0' && each <= '9';
  }

  /** The number of an event; -1 if it is not there. */
  long event(String name) {
    String text = text(name);
    if (text == null) {
      return -1;
    }
    if (!EVENT.matcher(text).matches()) {
      wrong(name, EVENT_FORM);
      return -1;
    }
    return Long.parseLong(text);
  }

  boolean flag(String name) {
    String text = text(name);
    if (text != null && !text.equals("true") && !text.equals("false")) {
      wrong(name, "must be true or false");
    }
    return "true".equals(text);
  }

  /** One of those states; null if it is not there. */
  TaskState state(String name, List<TaskState> allowed) {
    String text = text(name);
    for (TaskState each : allowed) {
      if (each.text().equals(text)) {
        return each;
      }
    }
    if (text != null) {
      wrong(name, "must be one of " + list(allowed.stream().map(TaskState::text).toList()));
    }
    return null;
  }

  /** A task's type; null if it is not there. */
  String type(String name) {
    return matching(name, TaskRequest.TYPE_PATTERN, FieldText.TYPE);
  }

  /** A worker's name; null if it is not there. */
  String worker(String name) {
    String text = text(name);
    if (text != null && (text.isEmpty() || text.length() > MOST_WORKER)) {
      wrong(name, "must have 1 to " + MOST_WORKER + " characters");
    }
    return text;
  }

  /** A batch's id; null if it is not there. */
  String batch(String name) {
    return matching(name, BatchPlace.ID_PATTERN, FieldText.BATCH);
  }

  private String matching(String name, Pattern pattern, String problem) {
    String text = text(name);
    if (text != null && !pattern.matcher(text).matches()) {
      wrong(name, problem);
    }
    return text;
  }

  /** Behind which task a page begins; all ids are below if it is not there. */
  long cursor(String name) {
    String text = text(name);
    if (text == null) {
      return Long.MAX_VALUE;
    }
    long id = TaskId.parse(text);
    if (id < 0) {
      wrong(name, "must be the 'next' of the page before");
    }
    return id;
  }
}
