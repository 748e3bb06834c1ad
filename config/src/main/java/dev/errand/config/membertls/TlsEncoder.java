package dev.errand.config.membertls;

import static com.hazelcast.internal.networking.HandlerStatus.BLOCKED;
import static com.hazelcast.internal.networking.HandlerStatus.CLEAN;
import static com.hazelcast.internal.networking.HandlerStatus.DIRTY;
import static com.hazelcast.internal.nio.IOUtil.compactOrClear;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.OutboundHandler;
import java.io.EOFException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * From what is sent to records. Nothing leaves but the handshake until the peer is accepted. Owner:
 * the channel's writing thread.
 */
final class TlsEncoder extends OutboundHandler<ByteBuffer, ByteBuffer> {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final TlsLink link;
  private boolean saidLastWords;

  TlsEncoder(TlsLink link) {
    this.link = link;
  }

  @Override
  public void handlerAdded() {
    initDstBuffer(TlsDecoder.BUFFER_BYTES);
  }

  @Override
  public HandlerStatus onWrite() throws EOFException {
    compactOrClear(dst);
    try {
      return link.hasFailed() ? lastWords() : encode();
    } catch (SSLException e) {
      link.fail(e);
      return lastWords();
    } finally {
      dst.flip();
    }
  }

  private HandlerStatus encode() throws SSLException, EOFException {
    while (true) {
      if (link.isFindingOut()) {
        // An alert may be ready already; but the peer would be gone before its reason is known.
        return BLOCKED;
      }
      HandshakeStatus needs = link.engine().getHandshakeStatus();
      if (needs == HandshakeStatus.NEED_TASK) {
        link.runTasks();
        return BLOCKED;
      }
      if (needs != HandshakeStatus.NEED_WRAP) {
        if (!link.isEstablished()) {
          return BLOCKED;
        }
        if (!src.hasRemaining()) {
          return CLEAN;
        }
      }
      SSLEngineResult result = link.wrap(link.isEstablished() ? src : NOTHING.duplicate(), dst);
      switch (result.getStatus()) {
        case BUFFER_OVERFLOW:
          return DIRTY;
        case CLOSED:
          if (!link.isEstablished()) {
            // The alert is out; the reader is told the reason.
            return BLOCKED;
          }
          throw new EOFException("TLS has ended");
        default:
          break;
      }
      if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
        link.finished();
      } else if (!link.isEstablished()) {
        // It may have something to read that it could not before.
        link.wakeReader();
      }
    }
  }

  /** The alert that says why, if TLS has got as far as that; nothing else from then on. */
  private HandlerStatus lastWords() {
    if (!saidLastWords) {
      saidLastWords = true;
      link.engine().closeOutbound();
      try {
        link.wrap(NOTHING.duplicate(), dst);
      } catch (SSLException e) {
        // There is nothing more to say.
      }
    }
    return BLOCKED;
  }

  @Override
  public void interceptError(Throwable error) {
    link.closed();
  }
}
