package dev.errand.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.SerializerFactory;
import com.fasterxml.jackson.databind.ser.std.StringSerializer;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.JsonText;
import io.vertx.core.Future;
import io.vertx.core.json.jackson.DatabindCodec;
import java.util.concurrent.CompletionStage;

/** Turns what a handler returned into the JSON that is sent. */
final class ResultJson {

  /** Of these, all but the quote and the backslash stand in JSON as they are. */
  private static final char FIRST_PLAIN = ' ';

  private static final char LAST_PLAIN = '~';

  private static volatile Encoder last = Encoder.of(DatabindCodec.mapper());

  private ResultJson() {}

  /**
   * The value as JSON, or why it can't be the result. Runs code of the value's class, so never on
   * the worker's own loop.
   *
   * @param limit in bytes
   */
  static Ending of(Object value, int limit) {
    if (value instanceof Bytes bytes) {
      return checked(bytes, "result", limit);
    }
    if (value instanceof Future<?> || value instanceof CompletionStage<?>) {
      return invalid(
          "the result is a " + value.getClass().getName() + ": return what it completes with");
    }
    Bytes json;
    try {
      json = Bytes.of(encode(value));
    } catch (JsonProcessingException | StackOverflowError e) {
      return invalid("the " + named(value) + " can't become JSON: " + reason(e));
    }
    // Of these the encoder makes nothing else.
    return value == null || value instanceof String || value instanceof Boolean
        ? limited(json, limit)
        : checked(json, named(value), limit);
  }

  private static byte[] encode(Object value) throws JsonProcessingException {
    ObjectMapper mapper = DatabindCodec.mapper();
    Encoder encoder = last;
    if (!encoder.isOf(mapper)) {
      encoder = Encoder.of(mapper);
      last = encoder;
    }
    byte[] plain = encoder.leavesPlainText && value instanceof String text ? quoted(text) : null;
    return plain == null ? encoder.writer.writeValueAsBytes(value) : plain;
  }

  /** The text in quotes; null if it has characters that JSON or UTF-8 write differently. */
  private static byte[] quoted(String text) {
    byte[] json = new byte[text.length() + 2];
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (!isPlain(each)) {
        return null;
      }
      json[i + 1] = (byte) each;
    }
    json[0] = '"';
    json[json.length - 1] = '"';
    return json;
  }

  private static boolean isPlain(char each) {
    return each >= FIRST_PLAIN && each <= LAST_PLAIN && each != '"' && each != '\\';
  }

  /**
   * Encodes as {@code Json.encode} does, but for NaN and infinities, which come out bare instead of
   * as strings and fail the check, and for emoji, which come out in 4 bytes instead of 12.
   *
   * @param config of the mapper, as it was when the writer was made
   * @param serializers the same
   * @param provider the same
   * @param leavesPlainText whether it does no more to a text without escapes than to quote it
   */
  private record Encoder(
      SerializationConfig config,
      SerializerFactory serializers,
      SerializerProvider provider,
      ObjectWriter writer,
      boolean leavesPlainText) {

    static Encoder of(ObjectMapper mapper) {
      ObjectWriter writer =
          mapper
              .writer()
              .without(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
              .with(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8);
      return new Encoder(
          mapper.getSerializationConfig(),
          mapper.getSerializerFactory(),
          mapper.getSerializerProvider(),
          writer,
          leavesPlainText(mapper, writer));
    }

    /** A module may write texts in its own way, a setting may escape or wrap them. */
    private static boolean leavesPlainText(ObjectMapper mapper, ObjectWriter writer) {
      StringBuilder all = new StringBuilder();
      for (char each = FIRST_PLAIN; each <= LAST_PLAIN; each++) {
        if (isPlain(each)) {
          all.append(each);
        }
      }
      String plain = all.toString();
      try {
        return mapper.getSerializerProviderInstance().findValueSerializer(String.class)
                instanceof StringSerializer
            && writer.writeValueAsString(plain).equals(new String(quoted(plain), US_ASCII));
      } catch (JsonProcessingException e) {
        return false;
      }
    }

    /** A handler may have registered a module since. */
    boolean isOf(ObjectMapper mapper) {
      return config == mapper.getSerializationConfig()
          && serializers == mapper.getSerializerFactory()
          && provider == mapper.getSerializerProvider();
    }
  }

  private static Ending checked(Bytes json, String what, int limit) {
    // Its size first: no need to read what is not sent.
    Ending ending = limited(json, limit);
    String problem = ending.error() == null ? JsonText.problem(json) : null;
    return problem == null ? ending : invalid("the " + what + " " + problem);
  }

  private static Ending limited(Bytes json, int limit) {
    return json.length() <= limit
        ? Ending.succeeded(json)
        : Ending.failed(
            ErrorKind.RESULT_TOO_LARGE,
            "the result has " + json.length() + " bytes, limits.result allows " + limit);
  }

  private static Ending invalid(String message) {
    return Ending.failed(ErrorKind.RESULT_INVALID, message);
  }

  private static String named(Object value) {
    return "result of " + value.getClass();
  }

  private static String reason(Throwable e) {
    return e instanceof JsonProcessingException json
        ? Failure.oneLine(json.getOriginalMessage())
        : "it is nested too deeply, or contains itself";
  }
}
