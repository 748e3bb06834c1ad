package dev.errand.bench;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.BatchWriter;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Submit;
import java.util.function.IntConsumer;

/**
 * Finds out where in a frame of like tasks each entry begins, by writing one: a benchmark's peers
 * then patch numbers into a copy instead of writing each entry, so that little but the core is
 * measured.
 */
final class LayoutProbe {

  static final String TYPE = "square";
  static final int PAYLOAD_BYTES = 20;
  static final long TIMEOUT_MILLIS = 300_000;

  private static final Session NOBODY = new Session(0, 0, 0, 0, 0);
  private static final Bytes PAYLOAD = Bytes.of("12345678901234567890");
  private static final Bytes RESULT =
      Bytes.of(
          "\"12345678901234567890 * 12345678901234567890"
              + " = 152415787532388367501905199875019052100\"");

  /**
   * A frame, and where its entries begin.
   *
   * @param bytes not to be changed
   * @param entries an offset each
   */
  record Template(byte[] bytes, int[] entries) {}

  private LayoutProbe() {}

  /**
   * Watched submissions of that priority; an entry begins with its number, as that number's LEB128.
   */
  static Template submit(int count, long firstNumber, int priority) {
    BatchWriter batch = new BatchWriter(FrameKind.SUBMIT);
    TaskRequest request = TaskRequest.ofJson(TYPE, PAYLOAD).withPriority(priority);
    return write(batch, count, entry -> Submit.write(batch, firstNumber + entry, true, request));
  }

  /** First grants; an entry begins with the ids of lease and task, eight bytes each. */
  static Template grant(int count) {
    BatchWriter batch = new BatchWriter(FrameKind.GRANT);
    return write(batch, count, entry -> Grant.write(batch, 1, 1, 1, TYPE, TIMEOUT_MILLIS, PAYLOAD));
  }

  /** Results; an entry begins with the ids of lease and task, eight bytes each. */
  static Template outcomes(int count) {
    BatchWriter batch = new BatchWriter(FrameKind.OUTCOMES);
    return write(batch, count, entry -> new Outcome(1, 1, 7, RESULT, null).write(batch));
  }

  private static Template write(BatchWriter batch, int count, IntConsumer writer) {
    int[] entries = new int[count];
    for (int entry = 0; entry < count; entry++) {
      entries[entry] = batch.length();
      writer.accept(entry);
    }
    return new Template(batch.frame(NOBODY), entries);
  }
}
