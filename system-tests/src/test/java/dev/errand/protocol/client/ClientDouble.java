package dev.errand.protocol.client;

import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.link.DispatcherLink;

/** A client's real core, for whoever drives it by hand. One thread at a time. */
public final class ClientDouble {

  /** Is told what becomes of one task. */
  public interface Teller {
    void accepted(long id);

    void ended(Task task);

    void failed(RuntimeException why);
  }

  private final ClientCore core;

  public ClientDouble(int cluster, long incarnation, String nodeId, DispatcherLink.Port port) {
    core = new ClientCore(cluster, incarnation, nodeId, port);
  }

  public DispatcherLink link() {
    return core.link();
  }

  /** Submits and watches. */
  public void submit(TaskRequest request, Teller teller) {
    core.submit(new Told(request, teller));
  }

  public void watch(long id, Teller teller) {
    core.watch(id, new Told(null, teller));
  }

  public void flush() {
    core.flush();
  }

  private static final class Told extends Submission {

    private final Teller teller;

    Told(TaskRequest request, Teller teller) {
      super(request, true);
      this.teller = teller;
    }

    @Override
    void accepted(long id, boolean known) {
      teller.accepted(id);
    }

    @Override
    void ended(Task task) {
      teller.ended(task);
    }

    @Override
    void failed(RuntimeException why) {
      teller.failed(why);
    }
  }
}
