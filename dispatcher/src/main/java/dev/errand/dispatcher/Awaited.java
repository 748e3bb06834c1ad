package dev.errand.dispatcher;

import dev.errand.protocol.Task;
import io.vertx.core.Future;

/**
 * A wait for the end of a task. To be touched on the dispatcher's event loop.
 *
 * @param end the task when it has ended, or, when the time is over, as it stands; null if there is
 *     none
 * @param looked when it is known whether the task had ended before; the end of one that had, comes
 *     first
 * @param giveUp to be run when nobody waits any more: the wait is forgotten, and its end, if it has
 *     not come, never comes
 */
public record Awaited(Future<Task> end, Future<Task> looked, Runnable giveUp) {}
