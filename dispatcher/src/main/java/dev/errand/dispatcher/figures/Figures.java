package dev.errand.dispatcher.figures;

import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.Snapshot;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.dispatcher.core.WorkerChange;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Reads what the dispatcher tells of itself. Owner: the dispatcher's event loop; what it gives is
 * anybody's.
 */
public final class Figures {

  private static final int MOST_LOST = 100;
  private static final long LOST_MILLIS = 600_000;

  private final Dispatch dispatch;
  private final Supplier<NodeState> node;
  private final Meters meters;
  private final Sequence sequence;
  private final Failures failures = new Failures();
  private final WorkerErrors errors = new WorkerErrors();
  private final ArrayDeque<Reading.LostWorker> lost = new ArrayDeque<>();

  /**
   * Figures of that dispatcher, from now on.
   *
   * @param node how its node does; asked on the event loop
   */
  public Figures(Dispatch dispatch, Supplier<NodeState> node) {
    this.dispatch = dispatch;
    this.node = node;
    this.meters = new Meters(System.nanoTime(), this::failed);
    this.sequence = new Sequence(System.currentTimeMillis());
    dispatch.observe(meters);
    dispatch.observe(changes -> changes.retried().forEach(failures::gone));
    dispatch.observeForgotten(failures::gone);
    dispatch.observeWorkers(this::see);
  }

  private void failed(StoredTask task) {
    failures.see(task);
    errors.see(task);
  }

  private void see(WorkerChange change) {
    if (change.kind() == WorkerChange.Kind.LOST || change.kind() == WorkerChange.Kind.LEFT) {
      errors.forget(change.id());
    }
    if (change.kind() == WorkerChange.Kind.LOST) {
      lost.addFirst(new Reading.LostWorker(change.id(), change.name(), System.currentTimeMillis()));
      if (lost.size() > MOST_LOST) {
        lost.removeLast();
      }
    } else if (change.kind() == WorkerChange.Kind.CAME) {
      // It was only thought lost.
      lost.removeIf(gone -> gone.id().equals(change.id()));
    }
  }

  /** To be called each second. */
  public void tick() {
    meters.tick(dispatch.types(), System.nanoTime());
    long now = System.currentTimeMillis();
    lost.removeIf(gone -> now - gone.millis() > LOST_MILLIS);
  }

  /** Numbers for what else is told in a row with readings. */
  public Sequence sequence() {
    return sequence;
  }

  /** How the node does. */
  public NodeState node() {
    return node.get();
  }

  /** Whether work is taken, and the cluster is in one part. */
  public boolean isReady() {
    NodeState state = node.get();
    return dispatch.storeFailure() == null && state.open() && state.whole();
  }

  /** All of them, now. */
  public Reading read() {
    Snapshot snapshot = dispatch.snapshot();
    Map<String, TypeFigures> types = new HashMap<>();
    for (TypeView type : snapshot.types()) {
      types.put(type.type(), meters.figures(type.type()));
    }
    return new Reading(
        sequence.next(),
        System.currentTimeMillis(),
        snapshot,
        node.get(),
        types,
        meters.figures(),
        errors.of(snapshot.workers()),
        List.copyOf(lost));
  }

  /** Of one type; of what nobody knows there is nothing to count. */
  public TypeReading type(String name) {
    return new TypeReading(dispatch.type(name), meters.figures(name));
  }

  /**
   * Figures of one type.
   *
   * @param view how it stands
   * @param figures what its tasks did lately
   */
  public record TypeReading(TypeView view, TypeFigures figures) {}

  /** What all tasks did in the last quarter of an hour. */
  public Series series() {
    List<Step> steps = meters.steps();
    long ago = steps.isEmpty() ? 0 : System.nanoTime() - steps.get(steps.size() - 1).nanos();
    return new Series(System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(ago), steps);
  }

  /**
   * What all tasks did lately.
   *
   * @param endMillis when the last step ended, since 1970
   * @param steps the oldest first; each as long as the others
   */
  public record Series(long endMillis, List<Step> steps) {

    /** How long a step is. */
    public static final int STEP_SECONDS = Steps.SECONDS;
  }

  /** Attempts and tasks that failed since the start, grouped; the last that was seen first. */
  public List<Failure> failures() {
    return failures.all();
  }

  /**
   * What happened since the start, by type.
   *
   * @param most so many types at most; the last one stands for all others
   */
  public List<TypeCounts> counts(int most) {
    return meters.counts(most);
  }
}
