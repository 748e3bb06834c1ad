package dev.errand.dispatcher.api;

import dev.errand.dispatcher.RefusedException;
import dev.errand.dispatcher.core.Refusal;
import dev.errand.dispatcher.store.StoreException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Why a request is not answered as it was meant: an RFC 9457 problem. */
public final class Problem extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** What its answer's body is. */
  public static final String MEDIA_TYPE = "application/problem+json";

  private static final long SECOND_MILLIS = 1_000;

  /** Until another dispatcher may be there. */
  private static final long STORE_FAILED_MILLIS = 5_000;

  /** Fields that the sentence for people names. */
  private static final int MOST_IN_DETAIL = 10;

  /**
   * What is wrong with one field of a request.
   *
   * @param name its path, such as {@code require.gpu}, or a parameter of the query
   * @param problem what is allowed
   */
  public record Field(String name, String problem) {}

  private final ProblemType type;
  private final transient List<Field> fields;
  private final long retryMillis;

  /** More that its answer says. */
  private final transient Map<String, Object> members = new LinkedHashMap<>(0);

  /**
   * A problem.
   *
   * @param detail for people: what happened and what to do
   */
  public Problem(ProblemType type, String detail) {
    this(type, detail, List.of(), 0);
  }

  private Problem(ProblemType type, String detail, List<Field> fields, long retryMillis) {
    super(detail, null, false, false);
    this.type = type;
    this.fields = fields;
    this.retryMillis = retryMillis;
  }

  /** Fields that are wrong, all that are. */
  public static Problem invalid(List<Field> fields) {
    String detail =
        fields.stream()
            .limit(MOST_IN_DETAIL)
            .map(field -> field.name() + " " + field.problem())
            .collect(Collectors.joining("; "));
    int more = fields.size() - MOST_IN_DETAIL;
    return new Problem(
        ProblemType.INVALID, more > 0 ? detail + "; and " + more + " more" : detail, fields, 0);
  }

  /** What the dispatcher can't do now, and may later. */
  public static Problem later(ProblemType type, String detail, long retryMillis) {
    return new Problem(type, detail, List.of(), retryMillis);
  }

  /** There is no task of that id; the text may not even be one. */
  public static Problem noTask(String id) {
    return new Problem(ProblemType.NOT_FOUND, "there is no task " + id);
  }

  /** The problem that the dispatcher's refusal is. */
  public static Problem of(Refusal refusal) {
    ProblemType type =
        switch (refusal.kind()) {
          case INVALID -> ProblemType.INVALID;
          case UNKNOWN -> ProblemType.NOT_FOUND;
          case CONFLICT -> ProblemType.CONFLICT;
          case LIMIT -> ProblemType.LIMIT;
          case NO_ROOM -> ProblemType.NO_ROOM;
        };
    return new Problem(type, refusal.message(), List.of(), refusal.retryMillis());
  }

  /** The problem that the failure of a command is; null if nobody has foreseen it. */
  public static Problem of(Throwable failure) {
    if (failure instanceof Problem problem) {
      return problem;
    }
    if (failure instanceof StoreException) {
      return later(
          ProblemType.NOT_READY,
          "the store failed, and the dispatcher ends: its log says why",
          STORE_FAILED_MILLIS);
    }
    return failure instanceof RefusedException refused ? of(refused.refusal()) : null;
  }

  /** The same with one more member in its answer's body. */
  public Problem with(String member, Object value) {
    members.put(member, value);
    return this;
  }

  /** What kind of problem it is. */
  public ProblemType type() {
    return type;
  }

  /** What is wrong with the request's fields; may be empty. */
  public List<Field> fields() {
    return fields;
  }

  /** The answer's body. */
  public JsonObject json() {
    JsonObject json =
        new JsonObject()
            .put("type", type.uri())
            .put("title", type.title())
            .put("status", type.status())
            .put("detail", getMessage());
    members.forEach(json::put);
    if (!fields.isEmpty()) {
      JsonArray errors = new JsonArray();
      fields.forEach(
          field ->
              errors.add(
                  new JsonObject().put("field", field.name()).put("problem", field.problem())));
      json.put("errors", errors);
    }
    return json;
  }

  /** Answers with it. */
  public void send(HttpServerResponse response) {
    if (retryMillis > 0) {
      long seconds = (retryMillis + SECOND_MILLIS - 1) / SECOND_MILLIS;
      response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
    }
    response
        .setStatusCode(type.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
        .end(json().toBuffer());
  }
}
