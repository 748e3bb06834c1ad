package dev.errand.dispatcher.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Terms;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
   * @param high and low of the digest of its body
   */
  private record Entry(long id, long high, long low) {}

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

  void remove(TaskSpec spec) {
    if (spec.key() != null) {
      entries.remove(spec.key());
    }
  }

  private static Entry entry(long id, String type, Bytes payload, Terms terms) {
    MessageDigest digest = sha256();
    // Neither a type nor the terms may hold a line's end, so nothing can be moved between them.
    String head = type + "\n" + terms + "\n";
    digest.update(head.getBytes(StandardCharsets.UTF_8));
    digest.update(payload.array(), payload.offset(), payload.length());
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    return new Entry(id, hash.getLong(), hash.getLong());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
