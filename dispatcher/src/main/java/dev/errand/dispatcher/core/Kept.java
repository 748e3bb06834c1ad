package dev.errand.dispatcher.core;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;

/**
 * A task of an earlier life of a dispatcher, as its store shows it. Most is known at once; the rest
 * is read only if it is asked for. May be the same object for each task.
 */
public interface Kept {

  long id();

  TaskState state();

  /** See {@link StoredTask#isUntried}. */
  boolean isUntried();

  String type();

  Terms terms();

  /** Null: it is of no batch. */
  BatchPlace batch();

  /** Whether it has an idempotency key. */
  boolean isKeyed();

  int payloadBytes();

  /** Its last record. */
  StoredTask task();

  /** One that has been read. */
  static Kept of(StoredTask task) {
    return new Kept() {
      @Override
      public long id() {
        return task.spec().id();
      }

      @Override
      public TaskState state() {
        return task.state();
      }

      @Override
      public boolean isUntried() {
        return task.isUntried();
      }

      @Override
      public String type() {
        return task.spec().type();
      }

      @Override
      public Terms terms() {
        return task.spec().terms();
      }

      @Override
      public BatchPlace batch() {
        return task.spec().batch();
      }

      @Override
      public boolean isKeyed() {
        return task.spec().key() != null;
      }

      @Override
      public int payloadBytes() {
        return task.spec().payload().length();
      }

      @Override
      public StoredTask task() {
        return task;
      }
    };
  }
}
