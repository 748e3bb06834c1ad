package dev.errand.dispatcher.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Terms;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;

/**
 * The idempotency keys of all tasks that are kept, and what was asked with them. Owner: the core's
 * thread.
 */
final class Keys {

  /**
   * Who has a key.
   *
   * @param id of the task
   * @param body digest of what was asked for
   */
  private record Entry(long id, Bytes body) {}

  private final Map<String, Entry> entries = new HashMap<>();

  /** Id of the task that has the key; 0: none. */
  long find(String key) {
    Entry entry = entries.get(key);
    return entry == null ? 0 : entry.id;
  }

  /** Whether the task with that key was asked for in the same words. */
  boolean isSame(String key, String type, Bytes payload, Terms terms) {
    return entries.get(key).equals(entry(find(key), type, payload, terms));
  }

  void add(TaskSpec spec) {
    if (spec.key() != null) {
      entries.put(spec.key(), entry(spec.id(), spec.type(), spec.payload(), spec.terms()));
    }
  }

  /** That task has its key no more; another one may have it by now. */
  void remove(TaskSpec spec) {
    if (spec.key() != null && find(spec.key()) == spec.id()) {
      entries.remove(spec.key());
    }
  }

  private static Entry entry(long id, String type, Bytes payload, Terms terms) {
    MessageDigest digest = sha256();
    // Neither a type nor the terms may hold a line's end, so nothing can be moved between them.
    String head = type + "\n" + terms + "\n";
    digest.update(Bytes.of(head).array());
    digest.update(payload.array(), payload.offset(), payload.length());
    return new Entry(id, Bytes.of(digest.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
