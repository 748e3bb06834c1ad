package dev.errand.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Reads JSON text once, without building a tree: is it one JSON value in UTF-8? Payloads and
 * results are checked where they enter the system, and travel as they came.
 */
public final class JsonText {

  /**
   * Brackets within brackets that are allowed: fewer than the 1,000 that readers of JSON mostly
   * allow, so that they can read a task that has it as its payload.
   */
  public static final int MAX_DEPTH = 990;

  private static final Pattern SOURCE =
      Pattern.compile("\\[Source: [^;]*; line: (\\d+), column: (\\d+)]");

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private JsonText() {}

  /**
   * For texts that hold such a value in an object of their own: brackets may be one deeper, and no
   * object may have a name twice.
   */
  public static JsonFactory enclosing() {
    return ((JsonFactoryBuilder) FACTORY.rebuild())
        .streamReadConstraints(
            FACTORY.streamReadConstraints().rebuild().maxNestingDepth(MAX_DEPTH + 1).build())
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .build();
  }

  /**
   * What is wrong with the text.
   *
   * @return null if it is one JSON value; else a line for whoever wrote it
   */
  public static String problem(Bytes text) {
    if (!isUtf8(text)) {
      return "is not UTF-8";
    }
    try (JsonParser parser = FACTORY.createParser(text.array(), text.offset(), text.length())) {
      if (parser.nextToken() == null) {
        return "is empty, not a JSON value";
      }
      int depth = 0;
      for (JsonToken token = parser.currentToken(); ; token = parser.nextToken()) {
        if (token == null) {
          return "is cut off, not a JSON value";
        }
        if (token.isStructStart()) {
          depth++;
        } else if (token.isStructEnd()) {
          depth--;
        } else {
          // Strings are read lazily; this finds bad ones.
          parser.finishToken();
        }
        if (depth == 0) {
          break;
        }
      }
      return parser.nextToken() == null ? null : "has more behind its JSON value";
    } catch (JsonProcessingException e) {
      return "is not JSON: " + words(e.getOriginalMessage());
    } catch (IOException e) {
      return "is not JSON: " + words(String.valueOf(e.getMessage()));
    }
  }

  /** A parser's message in one line, without what it says about a source that it does not show. */
  public static String words(String message) {
    return SOURCE.matcher(message).replaceAll("line $1, column $2").replaceAll("\\s+", " ");
  }

  /**
   * Whether it can be JSON in UTF-8. Jackson guesses at UTF-16 and UTF-32, skips a byte order mark,
   * and takes some sequences that are no UTF-8. JSON begins with ASCII, and has no byte 0 in UTF-8.
   */
  public static boolean isUtf8(Bytes text) {
    byte[] array = text.array();
    int end = text.offset() + text.length();
    for (int i = text.offset(); i < end; i++) {
      if (array[i] == 0 || (array[i] < 0 && i == text.offset())) {
        return false;
      }
      if (array[i] < 0) {
        return isUtf8(ByteBuffer.wrap(array, i, end - i));
      }
    }
    return true;
  }

  private static boolean isUtf8(ByteBuffer rest) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer chars = CharBuffer.allocate(1_024);
    CoderResult result;
    do {
      result = decoder.decode(rest, chars.clear(), true);
    } while (result.isOverflow());
    return result.isUnderflow();
  }
}
