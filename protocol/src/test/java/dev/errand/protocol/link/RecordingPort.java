package dev.errand.protocol.link;

import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.MalformedFrameException;
import java.util.ArrayList;
import java.util.List;

/** Keeps what leaves, each frame as it was then. */
public final class RecordingPort implements DispatcherLink.Port {

  public final List<byte[]> sent = new ArrayList<>();
  public final List<byte[]> asked = new ArrayList<>();
  public int patience;

  @Override
  public void send(byte[] frame) {
    sent.add(frame.clone());
  }

  @Override
  public void request(byte[] frame, int answerMillis) {
    asked.add(frame.clone());
    patience = answerMillis;
  }

  /** The header of the request behind so many others. */
  public Header asked(int index) {
    return header(asked.get(index));
  }

  /** The headers of the frames sent so far. */
  public List<Header> headers() {
    return sent.stream().map(RecordingPort::header).toList();
  }

  /** The frames of that kind sent so far. */
  public List<byte[]> sent(FrameKind kind) {
    return sent.stream().filter(frame -> header(frame).kind() == kind).toList();
  }

  private static Header header(byte[] frame) {
    try {
      return Header.read(frame);
    } catch (MalformedFrameException e) {
      throw new AssertionError(e);
    }
  }
}
