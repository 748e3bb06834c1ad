/**
 * What the dispatcher tells of itself: meters of what it does, and what that means. Reads the
 * shell's snapshots and changes, changes nothing.
 */
package dev.errand.dispatcher.figures;
