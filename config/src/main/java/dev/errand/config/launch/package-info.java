/** How a node starts as a process: the Vert.x launcher, with the cluster's security on top. */
package dev.errand.config.launch;
