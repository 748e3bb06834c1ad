package dev.errand.worker.core;

import dev.errand.protocol.Bytes;

/**
 * One attempt to run.
 *
 * @param lease its id
 * @param task the task's id
 * @param number of the attempt, from 1
 * @param type which handler
 * @param timeoutMillis for the attempt
 * @param payload JSON
 */
public record Attempt(
    long lease, long task, int number, String type, long timeoutMillis, Bytes payload) {}
