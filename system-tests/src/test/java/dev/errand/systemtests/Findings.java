package dev.errand.systemtests;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What must not be, each once, while the checker finds it. */
final class Findings {

  final Set<String> lost = new LinkedHashSet<>();
  final Set<String> unexpected = new LinkedHashSet<>();
  final Set<String> twice = new LinkedHashSet<>();
  final Set<String> wrong = new LinkedHashSet<>();
  final Set<String> unfinished = new LinkedHashSet<>();
  final Set<String> books = new LinkedHashSet<>();

  Verdict verdict(Verdict.Counted counted) {
    return new Verdict(
        List.copyOf(lost),
        List.copyOf(unexpected),
        List.copyOf(twice),
        List.copyOf(wrong),
        List.copyOf(unfinished),
        List.copyOf(books),
        counted);
  }
}
