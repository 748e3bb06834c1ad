package dev.errand.dispatcher.core;

/**
 * A task type as seen from outside.
 *
 * @param type its name
 * @param queued tasks that wait for a worker, or until it is known that none has them any more
 * @param running tasks that are leased
 * @param zombies handlers that still run although their lease has ended
 * @param oldestMillis how long the one that waits longest has waited since it could have run: since
 *     its submission, the end of its delay or pause, its retry, or the loss of its worker; 0 if
 *     none waits for a worker
 * @param capacity of the workers that offer it
 * @param unserved tasks in its queue that none of these may run
 * @param settings what was set for it
 */
public record TypeView(
    String type,
    long queued,
    int running,
    int zombies,
    long oldestMillis,
    Capacity capacity,
    Unserved unserved,
    TypeSettings settings) {

  /**
   * What can be done at once.
   *
   * @param workers that offer the type
   * @param takers those of them that do not drain
   * @param slots that the takers have for it; other types may take the same ones
   * @param free how many more tasks the takers would accept now
   */
  public record Capacity(int workers, int takers, long slots, long free) {

    /** Nobody's. */
    public static final Capacity NONE = new Capacity(0, 0, 0, 0);
  }

  /**
   * Tasks that wait for labels which no taker has.
   *
   * @param tasks how many
   * @param labels of one of them, for people; null: none waits so
   */
  public record Unserved(long tasks, String labels) {

    /** None. */
    public static final Unserved NONE = new Unserved(0, null);
  }

  /** A type that has neither tasks nor workers. */
  public static TypeView idle(TypeSettings settings) {
    return new TypeView(settings.type(), 0, 0, 0, 0, Capacity.NONE, Unserved.NONE, settings);
  }

  /** Workers that offer it. */
  public int workers() {
    return capacity.workers();
  }
}
