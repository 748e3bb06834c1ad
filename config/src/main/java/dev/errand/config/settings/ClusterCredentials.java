package dev.errand.config.settings;

import dev.errand.config.security.AuthKey;
import dev.errand.config.security.Credentials;
import dev.errand.config.security.PemFiles;
import dev.errand.config.security.SharedKeys;
import dev.errand.config.security.SmallFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What makes a node a member: the keys {@code cluster.authKey}, {@code cluster.authKeyFile} or
 * {@code cluster.tls.*}, one of them. A list of keys is for their rotation.
 */
final class ClusterCredentials {

  private static final String CURE =
      "run ./errand authkey > FILE and set cluster.authKeyFile to it, or set"
          + " ERRAND_CLUSTER_AUTH_KEY, the same on every node";

  private final SettingsReader in;
  private final List<AuthKey> keys = new ArrayList<>();

  private ClusterCredentials(SettingsReader in) {
    this.in = in;
  }

  /** Reads them; null if something is wrong, which is noted in the reader. */
  static Credentials read(SettingsReader in) {
    return new ClusterCredentials(in).read();
  }

  private Credentials read() {
    List<String> texts = in.secrets("cluster.authKey");
    // No secret, but whoever takes the one setting for the other has put one there.
    List<String> files = in.secrets("cluster.authKeyFile");
    PemFiles.Paths pem =
        new PemFiles.Paths(
            in.text("cluster.tls.ca", null),
            in.text("cluster.tls.cert", null),
            in.text("cluster.tls.key", null));
    List<String> allow = in.texts("cluster.tls.allow", List.of());
    boolean certificates =
        pem.ca() != null || pem.cert() != null || pem.key() != null || !allow.isEmpty();
    int ways = (texts.isEmpty() ? 0 : 1) + (files.isEmpty() ? 0 : 1) + (certificates ? 1 : 0);
    if (ways > 1) {
      in.problem(
          "cluster.authKey,",
          "cluster.authKeyFile and cluster.tls.*",
          "are more than one way to be a member: keep one");
      return null;
    }
    if (ways == 0) {
      in.problem("cluster.authKey", "is missing:", CURE);
      return null;
    }
    return certificates ? certificates(pem, allow) : sharedKeys(texts, files);
  }

  private Credentials certificates(PemFiles.Paths pem, List<String> allow) {
    try {
      PemFiles files = PemFiles.read(pem, allow);
      in.warnIfOpen("cluster.tls.key", pem.key());
      return files;
    } catch (IllegalArgumentException e) {
      in.problem("cluster.tls." + e.getMessage());
      return null;
    }
  }

  private Credentials sharedKeys(List<String> texts, List<String> files) {
    texts.forEach(text -> add("cluster.authKey", SettingsReader.NOT_SHOWN, text));
    files.forEach(this::addFile);
    return keys.isEmpty() ? null : new SharedKeys(keys);
  }

  /** A key a line. */
  private void addFile(String file) {
    String shown = file.contains(AuthKey.PREFIX) ? SettingsReader.NOT_SHOWN : "'" + file + "'";
    List<String> lines;
    try {
      lines = SmallFile.read(file).lines().filter(line -> !line.isBlank()).toList();
    } catch (IOException | RuntimeException e) {
      String why = "can't be read (" + e.getClass().getSimpleName() + "): " + CURE;
      in.problem("cluster.authKeyFile", shown, why);
      return;
    }
    if (lines.isEmpty()) {
      in.problem("cluster.authKeyFile", shown, "is empty: " + CURE);
    }
    lines.forEach(line -> add("cluster.authKeyFile", shown, line));
    in.warnIfOpen("cluster.authKeyFile", file);
  }

  private void add(String setting, String shown, String text) {
    try {
      keys.add(AuthKey.parse(text));
    } catch (IllegalArgumentException e) {
      in.problem(setting, shown, e.getMessage());
    }
  }
}
