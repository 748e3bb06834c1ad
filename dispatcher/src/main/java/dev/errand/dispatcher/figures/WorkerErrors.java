package dev.errand.dispatcher.figures;

import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.WorkerView;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last error of each worker; of more than {@value #MOST} those that failed last. Owner: the
 * dispatcher's event loop.
 */
final class WorkerErrors {

  static final int MOST = 2_000;

  /** By worker, in the order in which they came. */
  private final Map<String, WorkerError> last = new LinkedHashMap<>();

  /** A record with which an attempt, or the task, failed. */
  void see(StoredTask task) {
    if (task.history().attempt() == 0 || task.lease() == null) {
      return;
    }
    String worker = Long.toHexString(task.lease().owner());
    last.remove(worker);
    if (last.size() == MOST) {
      last.remove(last.keySet().iterator().next());
    }
    last.put(
        worker,
        new WorkerError(task.history().to(), task.spec().id(), task.spec().type(), task.error()));
  }

  /** That one is gone. */
  void forget(String worker) {
    last.remove(worker);
  }

  /** Of those workers, by their ids. */
  Map<String, WorkerError> of(List<WorkerView> workers) {
    Map<String, WorkerError> errors = new HashMap<>();
    for (WorkerView worker : workers) {
      WorkerError error = last.get(worker.id());
      if (error != null) {
        errors.put(worker.id(), error);
      }
    }
    return errors;
  }
}
