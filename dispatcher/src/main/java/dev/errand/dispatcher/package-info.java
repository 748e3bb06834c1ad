/**
 * The dispatcher, from top to bottom: {@link dev.errand.dispatcher.DispatcherVerticle} opens the
 * doors ({@code bus}, {@code web}) onto {@link dev.errand.dispatcher.Dispatch}, of which all is
 * asked that does not come as frames; below it {@link dev.errand.dispatcher.TurnLoop} is the shell
 * around {@code store} and {@code core}. No step leads back up.
 */
package dev.errand.dispatcher;
