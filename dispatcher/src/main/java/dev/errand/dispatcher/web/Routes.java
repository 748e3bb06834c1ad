package dev.errand.dispatcher.web;

import io.vertx.ext.web.Router;

/** A part of what is served over HTTP. */
interface Routes {

  /** Adds its routes, each behind the role that it needs. */
  void mount(Router router, Access access);
}
