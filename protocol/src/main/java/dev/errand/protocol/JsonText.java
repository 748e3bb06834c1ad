package dev.errand.protocol;

import com.fasterxml.jackson.core.JsonFactory;
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

/**
 * Reads JSON text once, without building a tree: is it one JSON value in UTF-8? Payloads and
 * results are checked where they enter the system, and travel as they came.
 */
public final class JsonText {

  /** Brackets within brackets that are allowed. */
  public static final int MAX_DEPTH = 1_000;

  private static final JsonFactory FACTORY =
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
   * What is wrong with the text.
   *
   * @return null if it is one JSON value; else a line for whoever wrote it
   */
  public static String problem(Bytes text) {
    if (isPlain(text)) {
      return null;
    }
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
      return "is not JSON: " + e.getOriginalMessage().replaceAll("\\s+", " ");
    } catch (IOException e) {
      return "is not JSON: " + e.getMessage();
    }
  }

  /**
   * Whether this is an integer, or a string of printable ASCII without a backslash: small payloads
   * mostly are, and making a parser for one costs ten times as much as reading it.
   */
  private static boolean isPlain(Bytes text) {
    byte[] array = text.array();
    int at = text.offset();
    int end = at + text.length();
    if (at == end) {
      return false;
    }
    return array[at] == '"' ? isPlainString(array, at + 1, end) : isInteger(array, at, end);
  }

  private static boolean isPlainString(byte[] array, int begin, int end) {
    int at = begin;
    while (at < end && array[at] >= ' ' && array[at] != '"' && array[at] != '\\') {
      at++;
    }
    return at == end - 1 && array[at] == '"';
  }

  private static boolean isInteger(byte[] array, int begin, int end) {
    int first = array[begin] == '-' ? begin + 1 : begin;
    int at = first;
    while (at < end && array[at] >= '0' && array[at] <= '9') {
      at++;
    }
    return at == end && at > first && (array[first] != '0' || at == first + 1);
  }

  /**
   * Jackson guesses at UTF-16 and UTF-32, skips a byte order mark, and takes some sequences that
   * are no UTF-8. JSON begins with ASCII, and has no byte 0 in UTF-8.
   */
  private static boolean isUtf8(Bytes text) {
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
