package dev.errand.simulation;

import java.util.List;

/** The mistakes that are planted. */
final class Mistakes {

  static final List<Mistake> ALL = List.of();

  private Mistakes() {}
}
