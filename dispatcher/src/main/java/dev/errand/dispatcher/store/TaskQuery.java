package dev.errand.dispatcher.store;

import dev.errand.protocol.TaskState;

/**
 * Which tasks are to be listed, the newest first.
 *
 * @param state null: any
 * @param type null: any
 * @param batch null: any, or none
 * @param before only ids below; {@link Long#MAX_VALUE}: from the newest on
 * @param limit so many at most
 */
public record TaskQuery(TaskState state, String type, String batch, long before, int limit) {}
