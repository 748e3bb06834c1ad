package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.LogLines;
import dev.errand.config.settings.PeerAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RememberedMembersTest {

  private static final String TEMPORARY = "java.io.tmpdir";
  private static final String USER = "user.name";

  private final Map<String, String> before =
      Map.of(TEMPORARY, System.getProperty(TEMPORARY), USER, System.getProperty(USER));

  private LogLines log;
  @TempDir Path temporary;

  @BeforeEach
  void redirect() {
    System.setProperty(TEMPORARY, temporary.toString());
    log = new LogLines(RememberedMembers.class);
  }

  @AfterEach
  void restore() {
    before.forEach(System::setProperty);
    log.close();
  }

  private static Optional<RememberedMembers> found(String cluster, int port) {
    return RememberedMembers.of(Example.settings(cluster, port));
  }

  private static RememberedMembers members() {
    return found("errand", 5701).orElseThrow();
  }

  private Path folder() {
    return temporary.resolve("errand-" + System.getProperty(USER));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder())) {
      return all.toList();
    }
  }

  private void write(byte[] content) throws IOException {
    members().write(List.of());
    Files.write(files().get(0), content);
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private void refused() {
    assertThat(found("errand", 5701)).isEmpty();
    assertThat(log.all())
        .singleElement()
        .asString()
        .startsWith("WARN members are not remembered over restarts: ")
        .contains(folder().toString());
  }

  @Test
  void aRestartedNodeFindsWhomItSawLast() {
    members().write(List.of("127.0.0.1:40001", "[::1]:40002"));
    assertThat(members().read())
        .containsExactly(new PeerAddress("127.0.0.1", 40_001), new PeerAddress("::1", 40_002));
    assertThat(log.all()).isEmpty();
  }

  @Test
  void aNodeThatWasNeverThereKnowsNobody() {
    assertThat(members().read()).isEmpty();
    assertThat(log.all()).isEmpty();
  }

  @Test
  void whatWasSeenLastCounts() throws IOException {
    members().write(List.of("127.0.0.1:40001", "127.0.0.1:40002"));
    members().write(List.of("127.0.0.1:40003"));
    assertThat(members().read()).containsExactly(new PeerAddress("127.0.0.1", 40_003));
    assertThat(files()).as("nothing is left behind").hasSize(1);
  }

  @Test
  void eachNodeHasAMemoryOfItsOwn() {
    members().write(List.of("127.0.0.1:40001"));
    assertThat(found("errand", 5702).orElseThrow().read()).isEmpty();
    assertThat(found("other", 5701).orElseThrow().read()).isEmpty();
  }

  @Test
  void theNameOfAClusterIsNoPath() throws IOException {
    found("../../up/\0", 5701).orElseThrow().write(List.of("127.0.0.1:40001"));
    assertThat(files()).hasSize(1);
  }

  @Test
  void aNodeOnAnyFreePortRemembersNobody() {
    assertThat(found("errand", 0)).isEmpty();
    assertThat(folder()).doesNotExist();
    assertThat(log.all()).isEmpty();
  }

  @Test
  void garbageInTheFileIsIgnored() throws IOException {
    write("127.0.0.1:40001\nwhat is this?\n".getBytes(StandardCharsets.UTF_8));
    assertThat(members().read()).containsExactly(new PeerAddress("127.0.0.1", 40_001));
    assertThat(log.all()).singleElement().asString().contains(" is ignored from here on: ");
  }

  @Test
  void aFileThatIsNoTextIsIgnored() throws IOException {
    write(new byte[] {-1, -2, 0, 10, -3});
    assertThat(members().read()).isEmpty();
    assertThat(log.all()).hasSize(1);
  }

  @Test
  void noMoreThanAHundredAreRemembered() throws IOException {
    List<String> many = IntStream.range(1, 151).mapToObj(port -> "127.0.0.1:" + port).toList();
    members().write(many);
    assertThat(Files.readAllLines(files().get(0))).hasSize(100);
    write(String.join("\n", many).getBytes(StandardCharsets.UTF_8));
    assertThat(members().read()).hasSize(100);
  }

  @Test
  void onlyThisUserMayLookOrWriteThere() throws IOException {
    members().write(List.of("127.0.0.1:40001"));
    assertThat(permissions(folder())).isEqualTo("rwx------");
    assertThat(permissions(files().get(0))).isEqualTo("rw-------");
  }

  @Test
  void aFolderThatIsOpenToOthersIsRefused() throws IOException {
    members();
    for (String open : List.of("rwx---r-x", "rwxr-x---", "rwx----w-")) {
      Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString(open));
      log.close();
      log = new LogLines(RememberedMembers.class);
      refused();
    }
  }

  @Test
  void aFolderOfSomebodyElseIsRefused() throws IOException {
    System.setProperty(USER, "somebody-else");
    Files.createDirectory(
        folder(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    refused();
  }

  @Test
  void aLinkInPlaceOfTheFolderIsRefused() throws IOException {
    members();
    Path elsewhere = Files.move(folder(), temporary.resolve("elsewhere"));
    Files.createSymbolicLink(folder(), elsewhere);
    refused();
  }

  @Test
  void aFileInPlaceOfTheFolderIsRefused() throws IOException {
    Files.createFile(
        folder(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    refused();
  }

  @Test
  void aNodeGoesOnWhenItCanNotWrite() throws IOException {
    RememberedMembers members = members();
    Files.delete(folder());
    members.write(List.of("127.0.0.1:40001"));
    assertThat(log.all())
        .singleElement()
        .asString()
        .startsWith("WARN members are not remembered: ");
  }
}
