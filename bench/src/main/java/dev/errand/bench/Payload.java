package dev.errand.bench;

import java.util.ArrayList;
import java.util.List;

/** What tasks are about, and how they are answered; as JSON everywhere. */
enum Payload {

  /** 20 bytes, which come back. */
  ECHO("echo"),

  /**
   * A number of ten digits, behind spaces: 20 bytes and next to no arithmetic. What comes back
   * reads {@code "3 * 3 = 9"}.
   */
  SQUARE("square"),

  /** A string of 1 KiB with its quotes, which comes back. */
  KIB("echo"),

  /** A duration of 10 ms, which comes back when it is over. */
  SLEEP("sleep"),

  /** 20 bytes for which there is no worker: it is enough that they are accepted. */
  WAITING("bench.nobody"),

  /** A number as in {@link #SQUARE}: it is enough that it is accepted; a worker comes later. */
  BACKLOG("square");

  private static final int SAMPLES = 1_024;
  private static final int KIB_BYTES = 1_024;
  private static final long FIRST_NUMBER = 1_234_567_890;
  private static final String SPACES = " ".repeat(10);

  private final String type;

  Payload(String type) {
    this.type = type;
  }

  /**
   * A task that is made before anything is measured.
   *
   * @param payload as JSON
   * @param result what must come back, as JSON
   */
  record Sample(String payload, String result) {}

  /** The type of task. */
  String type() {
    return type;
  }

  /** Whether a client waits for the end of its tasks; else for their acceptance. */
  boolean isAwaited() {
    return this != WAITING && this != BACKLOG;
  }

  /** To be used in turns; different ones where that is possible. */
  List<Sample> samples() {
    List<Sample> samples = new ArrayList<>(SAMPLES);
    for (int i = 0; i < SAMPLES; i++) {
      String text = text(i);
      samples.add(new Sample(text, answer(text)));
    }
    return samples;
  }

  private String text(int i) {
    long number = FIRST_NUMBER + i;
    return switch (this) {
      case KIB -> "\"" + number + "x".repeat(KIB_BYTES - 12) + "\"";
      case SQUARE -> SPACES + number;
      case SLEEP -> "\"10ms\"";
      default -> "1234567890" + number;
    };
  }

  private String answer(String text) {
    return this == SQUARE ? square(text) : text;
  }

  /** What a peer's worker does: squares a number, gives back a string. */
  static String work(String json) {
    return json.charAt(0) == '"' ? json : square(json);
  }

  private static String square(String json) {
    String text = json.strip();
    long number = Long.parseLong(text);
    return '"' + text + " * " + text + " = " + number * number + '"';
  }
}
