package dev.errand.protocol.frame;

import dev.errand.protocol.Progress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A worker or client is alive. The header acknowledges what it has received.
 *
 * @param progress what a worker's running attempts told since the last heartbeat, by lease
 */
public record Heartbeat(Map<Long, Progress> progress) {

  public byte[] frame(Session session, long ack, Credit credit) {
    FrameWriter out = new FrameWriter().varint(progress.size());
    progress.forEach(
        (lease, told) ->
            out.i64(lease).i32(Float.floatToIntBits((float) told.fraction())).text(told.message()));
    return out.frame(FrameKind.HEARTBEAT, session, ack, credit);
  }

  public static Heartbeat read(byte[] frame) throws MalformedFrameException {
    FrameReader in = new FrameReader(frame);
    Map<Long, Progress> progress = new LinkedHashMap<>();
    for (int left = in.varint(frame.length); left > 0; left--) {
      progress.put(in.i64(), new Progress(Float.intBitsToFloat(in.i32()), in.text(1_000)));
    }
    in.end();
    return new Heartbeat(progress);
  }
}
