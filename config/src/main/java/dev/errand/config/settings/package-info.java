/**
 * What a node is told before it starts: one JSON file, over it the environment, all of it checked
 * at once. Each key has its one home here, with its default and what is allowed.
 */
package dev.errand.config.settings;
