package dev.errand.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.DefaultSerializerProvider;
import com.fasterxml.jackson.databind.ser.SerializerFactory;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import io.vertx.core.Future;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.DatabindCodec;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ResultJsonTest {

  private static final int LIMIT = 1_000_000;

  /** A result as handlers have them. */
  public record Point(int x, List<String> names) {}

  /** A result that does not want to be one. */
  public static final class Unreadable {
    public String getValue() {
      throw new IllegalStateException("closed");
    }
  }

  private static String json(Object value) {
    Ending ending = ResultJson.of(value, LIMIT);
    assertThat(ending.error()).isNull();
    return ending.result().text();
  }

  private static String invalid(Object value) {
    Ending ending = ResultJson.of(value, LIMIT);
    assertThat(ending.result()).isNull();
    assertThat(ending.error().kind()).isEqualTo(ErrorKind.RESULT_INVALID);
    return ending.error().message();
  }

  /** A result that nobody knows how to write without a module. */
  private static final class Late {
    @Override
    public String toString() {
      return "at last";
    }
  }

  /** Writes texts in its own way. */
  private static final class Loud extends JsonSerializer<String> {
    @Override
    public void serialize(String text, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(text.toUpperCase(Locale.ROOT));
    }
  }

  @Test
  void aModuleThatIsRegisteredLaterIsAsked() {
    assertThat(json("one is made before")).isNotNull();
    SimpleModule module =
        new SimpleModule("late").addSerializer(Late.class, new ToStringSerializer());
    DatabindCodec.mapper().registerModule(module);
    assertThat(json(new Late())).isEqualTo("\"at last\"");
  }

  private static void forgetSerializers(ObjectMapper mapper) {
    ((DefaultSerializerProvider) mapper.getSerializerProvider()).flushCachedSerializers();
  }

  @Test
  void aModuleForTextsIsAsked() {
    ObjectMapper mapper = DatabindCodec.mapper();
    SerializerFactory before = mapper.getSerializerFactory();
    mapper.registerModule(new SimpleModule("loud").addSerializer(String.class, new Loud()));
    forgetSerializers(mapper);
    try {
      assertThat(json("quiet")).isEqualTo("\"QUIET\"");
    } finally {
      mapper.setSerializerFactory(before);
      forgetSerializers(mapper);
    }
    assertThat(json("quiet")).isEqualTo("\"quiet\"");
  }

  @Test
  void everyCharacterOfATextBecomesWhatTheEncoderMakesOfIt() {
    for (char each = 0; each < 0x180; each++) {
      String text = "a" + each + "b";
      assertThat(json(text)).isEqualTo(Json.encode(text));
    }
    assertThat(json("")).isEqualTo("\"\"");
  }

  @Test
  void valuesBecomeJson() {
    assertThat(json(null)).isEqualTo("null");
    assertThat(json(true)).isEqualTo("true");
    assertThat(json("ü \"🧮\" \u0000")).isEqualTo("\"ü \\\"🧮\\\" \\u0000\"");
    assertThat(json("half of one: \ud83e")).isEqualTo("\"half of one: \\uD83E\"");
    assertThat(json(42)).isEqualTo("42");
    assertThat(json(1.5)).isEqualTo("1.5");
    assertThat(json(BigInteger.TEN.pow(2_000))).isEqualTo("1" + "0".repeat(2_000));
    assertThat(json(new BigDecimal("1.00"))).isEqualTo("1.00");
    assertThat(json(new JsonObject().put("a", new JsonArray().add(1).addNull())))
        .isEqualTo("{\"a\":[1,null]}");
    assertThat(json(Map.of("k", List.of(1, "x")))).isEqualTo("{\"k\":[1,\"x\"]}");
    assertThat(json(Arrays.asList(1, null))).isEqualTo("[1,null]");
    assertThat(json(new int[] {1, 2})).isEqualTo("[1,2]");
    assertThat(json(new Point(1, List.of("a")))).isEqualTo("{\"x\":1,\"names\":[\"a\"]}");
  }

  @Test
  void bytesPassUnchanged() {
    for (String text : List.of("1.0", "1e400", " {\"b\": 1,\"a\":2} ", "\"\\u00fc\"", "-0")) {
      assertThat(json(Bytes.of(text))).isEqualTo(text);
    }
    assertThat(json(new Bytes("xx[1]yy".getBytes(), 2, 3))).isEqualTo("[1]");
  }

  @Test
  void bytesThatAreNotJsonAreInvalid() {
    for (String text : List.of("", "{\"cut\":", "1 2", "nope", "NaN")) {
      assertThat(invalid(Bytes.of(text))).as(text).startsWith("the result ");
    }
    assertThat(invalid(Bytes.of("[".repeat(991) + "]".repeat(991)))).contains("990");
  }

  @Test
  void numbersThatJsonDoesNotKnowAreInvalid() {
    for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1 / 0.0}) {
      assertThat(invalid(number)).startsWith("the result of class java.lang.Double is not JSON");
      assertThat(invalid((float) number)).contains("java.lang.Float");
      assertThat(invalid(new JsonObject().put("n", number))).contains("JsonObject");
      assertThat(invalid(List.of(Map.of("n", number)))).contains("not JSON");
    }
    assertThat(json("NaN")).isEqualTo("\"NaN\"");
  }

  @Test
  void whatHasNoJsonIsInvalidAndNamesItsClass() {
    assertThat(invalid(new Object()))
        .startsWith("the result of class java.lang.Object can't become JSON: ");
    assertThat(invalid(new Unreadable())).contains("Unreadable").contains("closed");
    List<Object> itself = new ArrayList<>();
    itself.add(itself);
    assertThat(invalid(itself)).contains("java.util.ArrayList").hasSizeLessThan(500);
  }

  @Test
  void aFutureIsNoResult() {
    assertThat(invalid(Future.succeededFuture(1))).endsWith("return what it completes with");
    assertThat(invalid(CompletableFuture.completedFuture(1)))
        .startsWith("the result is a java.util.concurrent.CompletableFuture");
  }

  @Test
  void aResultOverTheLimitSaysBothSizes() {
    assertThat(ResultJson.of("x".repeat(98), 100).error()).isNull();
    Ending ending = ResultJson.of("x".repeat(99), 100);
    assertThat(ending.error().kind()).isEqualTo(ErrorKind.RESULT_TOO_LARGE);
    assertThat(ending.error().message())
        .isEqualTo("the result has 101 bytes, limits.result allows 100");
    assertThat(ResultJson.of(Bytes.of("[1,2,3]"), 6).error().kind())
        .isEqualTo(ErrorKind.RESULT_TOO_LARGE);
  }
}
