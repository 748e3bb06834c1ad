package dev.errand.config.membertls;

import static com.hazelcast.internal.networking.HandlerStatus.BLOCKED;
import static com.hazelcast.internal.networking.HandlerStatus.CLEAN;
import static com.hazelcast.internal.networking.HandlerStatus.DIRTY;
import static com.hazelcast.internal.nio.IOUtil.compactOrClear;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.InboundHandler;
import dev.errand.config.security.TlsFailure;
import java.io.EOFException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * From records to what they hold. The next handler's buffer may have room for three bytes only, so
 * records are opened into a buffer of this one's own. Owner: the channel's reading thread.
 */
final class TlsDecoder extends InboundHandler<ByteBuffer, ByteBuffer> {

  /** Two whole records. */
  static final int BUFFER_BYTES = 40 << 10;

  /** The first byte of a TLS connection: a record of type handshake. */
  private static final int HANDSHAKE = 22;

  private final TlsLink link;
  private ByteBuffer plain;
  private boolean begun;

  TlsDecoder(TlsLink link) {
    this.link = link;
    this.plain = ByteBuffer.allocate(link.engine().getSession().getApplicationBufferSize()).flip();
  }

  @Override
  public void handlerAdded() {
    initSrcBuffer(BUFFER_BYTES);
  }

  @Override
  public HandlerStatus onRead() throws EOFException {
    src.flip();
    try {
      return decode();
    } catch (SSLException e) {
      link.fail(e);
      src.position(src.limit());
      return CLEAN;
    } finally {
      compactOrClear(src);
    }
  }

  private HandlerStatus decode() throws SSLException, EOFException {
    while (true) {
      if (link.hasFailed()) {
        plain.position(plain.limit());
        src.position(src.limit());
        return CLEAN;
      }
      if (!handOn()) {
        return DIRTY;
      }
      if (!src.hasRemaining()) {
        return CLEAN;
      }
      if (!begun && src.get(src.position()) != HANDSHAKE) {
        link.fail(TlsFailure.NO_TLS);
        continue;
      }
      begun = true;
      HandlerStatus status = unwrap();
      if (status != null) {
        return status;
      }
    }
  }

  /** Whether all that was opened has found room in the next handler's buffer. */
  private boolean handOn() {
    int length = Math.min(plain.remaining(), dst.remaining());
    dst.put(dst.position(), plain, plain.position(), length);
    dst.position(dst.position() + length);
    plain.position(plain.position() + length);
    return !plain.hasRemaining();
  }

  /** Opens a record; null: go on. */
  private HandlerStatus unwrap() throws SSLException, EOFException {
    boolean findingOut = link.isFindingOut();
    plain.clear();
    SSLEngineResult result;
    try {
      result = link.unwrap(src, plain);
    } finally {
      plain.flip();
    }
    switch (result.getStatus()) {
      case BUFFER_UNDERFLOW:
        return CLEAN;
      case BUFFER_OVERFLOW:
        plain = ByteBuffer.allocate(2 * plain.capacity()).flip();
        return null;
      case CLOSED:
        if (findingOut || link.isFindingOut() || link.hasFailed()) {
          return BLOCKED;
        }
        throw new EOFException("the peer has ended TLS");
      default:
        return goOn(result);
    }
  }

  private HandlerStatus goOn(SSLEngineResult result) throws SSLException {
    if (result.bytesProduced() > 0 && !link.isEstablished()) {
      // What follows the peer's last word may come with it; it counts only behind its certificate.
      link.finished();
    }
    switch (result.getHandshakeStatus()) {
      case NEED_TASK:
        link.runTasks();
        return BLOCKED;
      case NEED_WRAP:
        link.wakeWriter();
        break;
      case FINISHED:
        link.finished();
        break;
      default:
        break;
    }
    boolean stuck = result.bytesConsumed() == 0 && result.bytesProduced() == 0;
    return stuck ? BLOCKED : null;
  }

  @Override
  public void interceptError(Throwable error) {
    link.closed();
  }
}
