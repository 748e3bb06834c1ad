package dev.errand.systemtests;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All that happened, in order; nothing is taken back. May be used from any thread. */
final class Recording {

  private final List<Event> events = new ArrayList<>();
  private int submissions;
  private int ends;

  /**
   * An order leaves.
   *
   * @return the submission's number
   */
  synchronized int submitted(Order order) {
    events.add(new Event.Submitted(++submissions, order));
    return submissions;
  }

  synchronized void add(Event event) {
    events.add(event);
    if (event instanceof Event.Ended) {
      ends++;
    }
  }

  synchronized int size() {
    return events.size();
  }

  /** How often an end was told. */
  synchronized int ends() {
    return ends;
  }

  synchronized List<Event> events() {
    return List.copyOf(events);
  }

  /** The ids that were acknowledged from that event on, each once. */
  synchronized List<String> acknowledged(int since) {
    return events.subList(since, events.size()).stream()
        .filter(Event.Acknowledged.class::isInstance)
        .map(event -> ((Event.Acknowledged) event).id())
        .distinct()
        .toList();
  }

  /** Writes one line an event, to be looked at. */
  Path write(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (Event event : events()) {
        out.write(event.toString());
        out.newLine();
      }
    }
    return file;
  }
}
