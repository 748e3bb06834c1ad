/** What {@code ./errand} does that is no node: the demo, keys. */
package dev.errand.command;
