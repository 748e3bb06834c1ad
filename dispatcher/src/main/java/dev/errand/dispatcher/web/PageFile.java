package dev.errand.dispatcher.web;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/**
 * A file of the status page, from the class path.
 *
 * @param media its type, with its character set
 * @param plain as it is
 * @param packed by gzip
 */
record PageFile(String media, Buffer plain, Buffer packed) {

  /** That file beside this class; null if there is none. Reads it, which takes a moment. */
  static PageFile read(String name) {
    try (InputStream in = PageFile.class.getResourceAsStream(name)) {
      if (in == null) {
        return null;
      }
      byte[] all = in.readAllBytes();
      return new PageFile(
          media(name.substring(name.lastIndexOf('.') + 1)),
          Buffer.buffer(all),
          Buffer.buffer(packed(all)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String media(String ending) {
    return switch (ending) {
      case "js" -> "text/javascript; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> "text/" + ending + "; charset=utf-8";
    };
  }

  private static byte[] packed(byte[] all) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(all);
    }
    return packed.toByteArray();
  }
}
