/** The door for the event bus, onto {@link dev.errand.dispatcher.Dispatch}. */
package dev.errand.dispatcher.bus;
