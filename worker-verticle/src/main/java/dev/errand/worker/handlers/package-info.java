/** The handlers that every worker has. */
package dev.errand.worker.handlers;
