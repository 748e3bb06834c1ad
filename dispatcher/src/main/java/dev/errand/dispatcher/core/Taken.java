package dev.errand.dispatcher.core;

/**
 * The answer to a submission.
 *
 * @param id of the task; 0 if it is refused
 * @param refusal why; null if it is taken
 */
public record Taken(long id, Refusal refusal) {}
