/** What all doors have in common: how tasks are read, and why something is not done. */
package dev.errand.dispatcher.api;
