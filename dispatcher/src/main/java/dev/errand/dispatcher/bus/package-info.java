/**
 * The door for the event bus: frames go to {@link dev.errand.dispatcher.TurnLoop}, questions to
 * {@link dev.errand.dispatcher.Dispatch}.
 */
package dev.errand.dispatcher.bus;
