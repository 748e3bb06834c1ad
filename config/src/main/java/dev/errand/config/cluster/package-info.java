/**
 * How a node becomes a member: {@link dev.errand.config.cluster.SecureCluster} is the only place
 * where a Vertx is built. Bus and membership have mutual TLS with the same certificate; the
 * membership's is in {@code membertls}.
 */
package dev.errand.config.cluster;
