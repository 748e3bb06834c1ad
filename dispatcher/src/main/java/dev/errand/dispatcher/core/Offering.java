package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Offer;

/** A worker as one queue sees it. Lies in one level of its {@link Offers}. Owner: the core. */
final class Offering {

  final WorkerPeer worker;
  final Offer offer;
  final TaskQueue queue;
  int level = Offers.NONE;
  Offering previous;
  Offering next;

  Offering(WorkerPeer worker, Offer offer, TaskQueue queue) {
    this.worker = worker;
    this.offer = offer;
    this.queue = queue;
  }
}
