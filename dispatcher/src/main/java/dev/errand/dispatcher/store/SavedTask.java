package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.StoredTask;

/**
 * A task as far as it can be read.
 *
 * @param task its last record; without what was submitted ({@code payload} is null then), or
 *     without what came of it, if that can't be read
 * @param complete whether all of it could be read
 */
public record SavedTask(StoredTask task, boolean complete) {}
