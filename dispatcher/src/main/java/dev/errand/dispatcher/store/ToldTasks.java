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
  private long next;
  private long id;
  private ChunkReader head;

  ToldTasks(ChunkStore store, TaskIndex index) {
    this.store = store;
    this.index = index;
    this.next = following(0);
  }

  private long following(long after) {
    boolean more = index.after(after);
    while (more && !isTold(index)) {
      more = index.after(index.id());
    }
    return more ? index.id() : 0;
  }

  /** Whether the task at hand is one of them. */
  static boolean isTold(TaskIndex index) {
    return !index.state().terminal() || index.isKeyed() || index.batch() != 0;
  }

  @Override
  public boolean hasNext() {
    return next != 0;
  }

  @Override
  public Kept next() {
    if (next == 0) {
      throw new NoSuchElementException();
    }
    id = next;
    next = following(id);
    index.find(id);
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
