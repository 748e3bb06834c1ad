package dev.errand.dispatcher.core;

import dev.errand.protocol.Terms;
import java.util.Map;

/**
 * In which line tasks wait: those of one line differ in their age only.
 *
 * @param type which handler
 * @param require labels of a worker
 * @param priority higher goes first
 */
public record LineKey(String type, Map<String, String> require, int priority) {

  /** Of tasks of that type with those terms. */
  public static LineKey of(String type, Terms terms) {
    return new LineKey(type, terms.require(), terms.priority());
  }
}
