/**
 * The handlers that every worker has, found by {@link java.util.ServiceLoader} like everybody
 * else's. Written against {@code api} only; they hold no state.
 */
package dev.errand.worker.handlers;
