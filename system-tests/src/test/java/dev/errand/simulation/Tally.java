package dev.errand.simulation;

/** How often what happened. Owner: the thread of its simulations; then whoever adds them up. */
final class Tally {

  private static final int PLACES = Place.values().length;

  private final long[] faults = new long[Fault.values().length];
  private final long[] orders = new long[Order.values().length];
  private final long[][] moves = new long[PLACES][PLACES];
  long seeds;
  long tasks;
  long steps;
  long virtualNanos;

  void fault(Fault fault) {
    faults[fault.ordinal()]++;
  }

  void order(Order order) {
    orders[order.ordinal()]++;
  }

  void moved(Place from, Place to) {
    moves[from.ordinal()][to.ordinal()]++;
  }

  void add(Tally other) {
    for (int i = 0; i < faults.length; i++) {
      faults[i] += other.faults[i];
    }
    for (int i = 0; i < orders.length; i++) {
      orders[i] += other.orders[i];
    }
    for (int from = 0; from < PLACES; from++) {
      for (int to = 0; to < PLACES; to++) {
        moves[from][to] += other.moves[from][to];
      }
    }
    seeds += other.seeds;
    tasks += other.tasks;
    steps += other.steps;
    virtualNanos += other.virtualNanos;
  }

  long count(Fault fault) {
    return faults[fault.ordinal()];
  }

  long count(Order order) {
    return orders[order.ordinal()];
  }

  long count(Move move) {
    return moves[move.from().ordinal()][move.to().ordinal()];
  }

  String report() {
    StringBuilder report = new StringBuilder();
    report.append(
        "%d seeds, %d tasks, %d steps, %d hours of virtual time%nfaults%n"
            .formatted(seeds, tasks, steps, virtualNanos / 3_600_000_000_000L));
    for (Fault fault : Fault.values()) {
      report.append("  %-28s %12d%n".formatted(fault, count(fault)));
    }
    report.append("orders%n".formatted());
    for (Order order : Order.values()) {
      report.append("  %-28s %12d%n".formatted(order, count(order)));
    }
    report.append("transitions%n".formatted());
    for (Move move : Move.ALL) {
      report.append("  %-28s %12d%n".formatted(move, count(move)));
    }
    return report.toString();
  }
}
