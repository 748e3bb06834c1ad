/** Commands that speak HTTP to a dispatcher. */
package dev.errand.command.client;
