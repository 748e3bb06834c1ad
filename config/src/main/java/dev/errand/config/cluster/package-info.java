/**
 * How a node becomes a member: {@link dev.errand.config.cluster.SecureCluster} is the only place
 * where a Vertx is built. The bus has mutual TLS; the membership's own is not there yet, which is
 * why the settings refuse any address beyond loopback.
 */
package dev.errand.config.cluster;
