package dev.errand.config.cluster;

import dev.errand.config.membertls.MemberProbe.Answer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for one of the peers to be there. A node that waits, instead of starting a cluster of its
 * own, needs no merge when its peer starts later.
 */
final class PeerSearch {

  private static final Logger log = LoggerFactory.getLogger(PeerSearch.class);
  private static final int PAUSE_MILLIS = 250;
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** So often in a row everybody who answers must refuse: one that is ending may look alike. */
  private static final int REFUSED_ROUNDS = 3;

  private final CountDownLatch given = new CountDownLatch(1);
  private final PeerSurvey survey;

  PeerSearch(PeerSurvey survey) {
    this.survey = survey;
  }

  /**
   * Blocks until a member that admits this node answers.
   *
   * @return false if {@link #giveUp} was called
   * @throws KeyRefusedException if all who answer refuse
   */
  boolean await(Peers peers) throws InterruptedException {
    long nextLine = System.nanoTime();
    int refused = 0;
    while (given.getCount() > 0) {
      PeerSurvey.Answers answers = survey.ask(peers.addresses(), Answer.MEMBER::equals);
      if (!answers.of(Answer.MEMBER).isEmpty()) {
        return true;
      }
      List<String> refusing = answers.of(Answer.REFUSAL);
      refused = refusing.isEmpty() ? 0 : refused + 1;
      if (refused == REFUSED_ROUNDS) {
        throw new KeyRefusedException(refusing);
      }
      if (refused == 0 && System.nanoTime() - nextLine >= 0) {
        log.info("waits for a peer at {}", peers.described());
        nextLine = System.nanoTime() + LINE_NANOS;
      }
      if (given.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  /** Ends the wait. */
  void giveUp() {
    given.countDown();
  }
}
