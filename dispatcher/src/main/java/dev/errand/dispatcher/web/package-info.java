/** The door for HTTP: reads snapshots, sends commands, never touches the core. */
package dev.errand.dispatcher.web;
