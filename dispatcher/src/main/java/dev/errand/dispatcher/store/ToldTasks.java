package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.Kept;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import dev.errand.protocol.frame.MalformedFrameException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The tasks of which a core has to know when it starts, one at a time. */
final class ToldTasks implements Iterator<Kept>, Kept {

  private final ChunkStore store;
  private final TaskIndex index;
  private long id;
  private boolean looked;
  private boolean more;
  private ChunkReader head;

  ToldTasks(ChunkStore store, TaskIndex index) {
    this.store = store;
    this.index = index;
  }

  /** Whether the task at hand is one of them. */
  static boolean isTold(TaskIndex index) {
    return !index.state().terminal() || index.isKeyed() || index.batch() != 0;
  }

  @Override
  public boolean hasNext() {
    if (!looked) {
      looked = true;
      more = index.after(id);
      while (more && !isTold(index)) {
        more = index.after(index.id());
      }
    }
    return more;
  }

  @Override
  public Kept next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    looked = false;
    id = index.id();
    head = store.wholeHead();
    return this;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public TaskState state() {
    return index.state();
  }

  @Override
  public boolean isUntried() {
    return index.isUntried();
  }

  @Override
  public String type() {
    return head.type();
  }

  @Override
  public Terms terms() {
    return head.terms();
  }

  @Override
  public BatchPlace batch() {
    try {
      return head.batch();
    } catch (MalformedFrameException e) {
      throw store.damaged(e);
    }
  }

  @Override
  public boolean isKeyed() {
    return index.isKeyed();
  }

  @Override
  public int payloadBytes() {
    return head.payloadBytes();
  }

  @Override
  public StoredTask task() {
    return store.read(id).compact();
  }
}
