/** From one auth key to a private certificate authority and a certificate for each node. */
package dev.errand.config.security;
