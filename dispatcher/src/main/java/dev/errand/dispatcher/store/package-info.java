/**
 * Where tasks are kept: {@link dev.errand.dispatcher.store.TaskStore} takes the core's changes, and
 * answers for tasks that have ended.
 */
package dev.errand.dispatcher.store;
