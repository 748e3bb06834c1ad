package dev.errand.systemtests;

import dev.errand.command.NodeProcess;
import dev.errand.systemtests.PodTemplate.Mount;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One container, as a kubelet would start it: in a network namespace, with a read-only root, as the
 * user and with the volumes, the variables and the arguments of its template.
 */
final class Pod {

  private static final Pattern STARTED =
      Pattern.compile(" (dispatcher of|worker '\\S+' of) cluster");
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  final String name;
  final String address;
  private final PodTemplate template;
  private final NodeProcess process;

  private Pod(String name, String address, PodTemplate template, NodeProcess process) {
    this.name = name;
    this.address = address;
    this.template = template;
    this.process = process;
  }

  /**
   * Where a pod's files are on this machine.
   *
   * @param root of the image, without Errand
   * @param volumes a folder for what is mounted
   * @param resolver its {@code resolv.conf}
   * @param shared folders that are in every pod, by their path there
   */
  record Disk(Path root, Path volumes, Path resolver, Map<String, Path> shared) {}

  /**
   * Starts a container.
   *
   * @param space its network namespace, which is the pod's name
   * @param variables beside those of the template
   */
  static Pod start(
      String space, String address, PodTemplate template, Disk disk, Map<String, String> variables)
      throws Exception {
    Path own = Files.createDirectories(disk.volumes().resolve(space));
    List<String> lines = new ArrayList<>(List.of("set -e", "hostname " + space));
    Path root = Files.createDirectories(own.resolve("root"));
    lines.add("mount --bind " + disk.root() + " " + root);
    lines.add("mount -o remount,bind,ro " + root);
    lines.add("mount --rbind /dev " + root + "/dev && mount -t proc proc " + root + "/proc");
    bind(lines, disk.resolver(), root + "/etc/resolv.conf", true);
    Path hosts =
        Files.writeString(
            own.resolve("hosts"), "127.0.0.1 localhost\n" + address + " " + space + "\n");
    bind(lines, hosts, root + "/etc/hosts", true);
    Path module = ProcessCluster.root().resolve(template.module()).resolve("target");
    bind(lines, module, root + "/opt/errand/node", true);
    disk.shared().forEach((path, folder) -> bind(lines, folder, root + path, false));
    for (Mount mount : template.mounts()) {
      Path volume = volume(mount, own, disk.volumes(), template.fileGroup());
      bind(lines, volume, root + mount.path(), mount.files() != null);
    }
    lines.add("exec env -i \"$@\"");
    List<String> command =
        new ArrayList<>(List.of("ip", "netns", "exec", space, "unshare", "--uts", "sh", "-c"));
    command.addAll(List.of(String.join("\n", lines), "sh", "PATH=" + JavaRoot.PATH));
    template.environment(address).forEach((key, value) -> command.add(key + "=" + value));
    variables.forEach((key, value) -> command.add(key + "=" + value));
    command.addAll(List.of("/usr/sbin/chroot", "--userspec=" + template.user(), root.toString()));
    command.addAll(template.command());
    NodeProcess process = NodeProcess.start(space, new ProcessBuilder(command), STARTED);
    return new Pod(space, address, template, process);
  }

  private static void bind(List<String> lines, Path source, String target, boolean readOnly) {
    lines.add("mount --bind " + source + " " + target);
    if (readOnly) {
      lines.add("mount -o remount,bind,ro " + target);
    }
  }

  private static Path volume(Mount mount, Path own, Path volumes, int group) throws Exception {
    Path folder =
        mount.kept() != null
            ? volumes.resolve(mount.kept())
            : own.resolve(mount.path().replace('/', '_'));
    Files.createDirectories(folder);
    if (mount.files() == null) {
      Shell.run("chown", ":" + group, folder.toString());
      Shell.run("chmod", "2775", folder.toString());
      return folder;
    }
    // Behind two links, as a kubelet puts them there.
    Path data = Files.createDirectories(folder.resolve("..2026"));
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026"));
    for (Map.Entry<String, String> file : mount.files().entrySet()) {
      Path text = Files.writeString(data.resolve(file.getKey()), file.getValue());
      Shell.run("chown", ":" + group, text.toString());
      Shell.run("chmod", "440", text.toString());
      Files.createSymbolicLink(folder.resolve(file.getKey()), Path.of("..data", file.getKey()));
    }
    return folder;
  }

  /** What its readiness probe sees. */
  boolean isReady() {
    try {
      return HTTP.send(
                  HttpRequest.newBuilder(URI.create(template.readiness(address)))
                      .timeout(Duration.ofSeconds(2))
                      .build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  PodTemplate.Pace readinessPace() {
    return template.readinessPace();
  }

  boolean says(String text) {
    return log().stream().anyMatch(line -> line.contains(text));
  }

  List<String> log() {
    return process.log();
  }

  /** Asks it to end, as a pod that is deleted is asked. */
  void end() {
    process.end();
  }

  /**
   * Waits for its end; a kubelet kills it when the grace period is over.
   *
   * @return its exit code
   */
  int awaitEnd() throws InterruptedException {
    return process.awaitEnd(template.graceSeconds());
  }

  void kill() {
    process.kill();
  }
}
