package dev.errand.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ERRAND_CA}. */
class OwnTrustTest {

  private static final String PASSWORD = "no secret";

  @TempDir Path folder;

  private FakeDispatcher dispatcher;
  private Shell shell;

  @BeforeEach
  void start() throws Exception {
    dispatcher = new FakeDispatcher(tls(keys("own", "ip:127.0.0.1")));
    shell = new Shell(dispatcher.url());
  }

  @AfterEach
  void stop() {
    dispatcher.close();
  }

  /** A key with a certificate of its own, for that name. */
  private KeyStore keys(String file, String name) throws Exception {
    Path store = folder.resolve(file);
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> command =
        List.of(
            keytool.toString(),
            "-genkeypair",
            "-alias",
            "key",
            "-keyalg",
            "EC",
            "-dname",
            "CN=own",
            "-ext",
            "san=" + name,
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD);
    ProcessBuilder builder = new ProcessBuilder(command);
    assertThat(builder.redirectErrorStream(true).start().waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    byte[] certificate = keys.getCertificate("key").getEncoded();
    Files.writeString(
        folder.resolve(file + ".pem"),
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(certificate)
            + "\n-----END CERTIFICATE-----\n");
    return keys;
  }

  private static SSLContext tls(KeyStore keys) throws Exception {
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    return tls;
  }

  private void trust(String file) {
    shell.environment.put("ERRAND_CA", folder.resolve(file).toString());
  }

  @Test
  void theCertificatesOfTheFileAreTrusted() {
    trust("own.pem");
    dispatcher.stats = new JsonObject().put("submitted", 1);
    assertThat(shell.run("status", "--json")).as(shell.err()).isZero();
    assertThat(shell.out()).isEqualTo("{\"submitted\":1}\n");
  }

  @Test
  void othersAreNotAndTheCureIsTold() throws Exception {
    assertThat(shell.run("status")).isEqualTo(4);
    assertThat(shell.err()).contains("set ERRAND_CA to that one's PEM file");
    keys("other", "ip:127.0.0.1");
    trust("other.pem");
    assertThat(shell.run("status")).isEqualTo(4);
    assertThat(dispatcher.requests()).isEmpty();
  }

  @Test
  void aCertificateForAnotherHostIsNoneForThis() throws Exception {
    KeyStore elsewhere = keys("elsewhere", "dns:elsewhere.example");
    try (FakeDispatcher there = new FakeDispatcher(tls(elsewhere))) {
      shell.environment.put("ERRAND_URL", there.url());
      trust("elsewhere.pem");
      assertThat(shell.run("status")).isEqualTo(4);
      assertThat(there.requests()).isEmpty();
    }
  }

  @Test
  void aFileWithoutCertificatesIsWrongUse() throws Exception {
    for (String text : List.of("", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n")) {
      Files.writeString(folder.resolve("bad.pem"), text);
      trust("bad.pem");
      assertThat(shell.run("status")).as(text).isEqualTo(2);
    }
    assertThat(shell.err()).contains("bad.pem' can't be read as a PEM file");
  }
}
