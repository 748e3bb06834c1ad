/**
 * What authors of handlers see: implement {@link dev.errand.worker.api.BlockingTaskHandler} or
 * {@link dev.errand.worker.api.TaskHandler}, name the class in {@code META-INF/services} or in
 * {@code worker.handlers}. Holds no state; knows the protocol's values only.
 */
package dev.errand.worker.api;
