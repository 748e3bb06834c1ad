package dev.errand.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import java.io.IOException;

/**
 * {@link JsonText#problem} for many texts, one after the other: a parser of its own reads them like
 * lines of one stream. What it does not find fine at first sight is looked at in the ordinary way.
 * Not thread-safe.
 */
public final class JsonCheck {

  /** A parser remembers names of fields, and must not do so for ever. */
  private static final int MOST_TEXTS = 1_000;

  private static final byte[] LINE_END = {'\n'};

  private JsonParser parser;
  private ByteArrayFeeder feeder;
  private int texts;
  private int values;

  /**
   * What is wrong with the text.
   *
   * @return null if it is one JSON value; else a line for whoever wrote it
   */
  public String problem(Bytes text) {
    return isFine(text) ? null : JsonText.problem(text);
  }

  private boolean isFine(Bytes text) {
    if (!JsonText.isUtf8(text)) {
      return false;
    }
    try {
      if (parser == null || texts == MOST_TEXTS) {
        renew();
      }
      texts++;
      values = 0;
      feed(text.array(), text.offset(), text.length());
      feed(LINE_END, 0, LINE_END.length);
      if (values == 1 && parser.getParsingContext().inRoot()) {
        return true;
      }
    } catch (IOException e) {
      // The ordinary way finds the words for it.
    }
    parser = null;
    return false;
  }

  private void renew() throws IOException {
    if (parser != null) {
      parser.close();
    }
    parser = JsonText.FACTORY.createNonBlockingByteArrayParser();
    feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
    texts = 0;
  }

  private void feed(byte[] bytes, int offset, int length) throws IOException {
    feeder.feedInput(bytes, offset, offset + length);
    for (JsonToken token = parser.nextToken();
        token != JsonToken.NOT_AVAILABLE;
        token = parser.nextToken()) {
      boolean ends = token.isScalarValue() || token.isStructEnd();
      if (ends && parser.getParsingContext().inRoot()) {
        values++;
      }
    }
  }
}
