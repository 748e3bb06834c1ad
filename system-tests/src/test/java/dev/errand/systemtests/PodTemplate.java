package dev.errand.systemtests;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the manifests and the Containerfile say of the pods of one Deployment or StatefulSet. */
final class PodTemplate {

  private static final String SERVICE_ADDRESS = "10.96.0.7";

  private final PrintedManifests manifests;
  private final JsonObject owner;
  private final Map<String, String> secrets;

  /**
   * A template.
   *
   * @param secrets the user's files, by name
   */
  PodTemplate(PrintedManifests manifests, JsonObject owner, Map<String, String> secrets) {
    this.manifests = manifests;
    this.owner = owner;
    this.secrets = secrets;
  }

  /**
   * A folder of the container.
   *
   * @param files what is in it, by name; null: it is empty, and can be written to
   * @param kept by that name when the pod is gone; null: it goes with it
   */
  record Mount(String path, Map<String, String> files, String kept) {}

  List<Mount> mounts() {
    return PrintedManifests.list(container().getJsonArray("volumeMounts")).stream()
        .map(this::mount)
        .toList();
  }

  private Mount mount(JsonObject mount) {
    String name = mount.getString("name");
    JsonObject volume =
        PrintedManifests.list(pod().getJsonArray("volumes")).stream()
            .filter(each -> each.getString("name").equals(name))
            .findAny()
            .orElse(null);
    String path = mount.getString("mountPath");
    if (volume == null) {
      return new Mount(path, null, name);
    }
    Map<String, String> files = null;
    if (volume.containsKey("configMap")) {
      String map = volume.getJsonObject("configMap").getString("name");
      files = new TreeMap<>();
      for (Map.Entry<String, Object> file : manifests.get("ConfigMap", map).getJsonObject("data")) {
        files.put(file.getKey(), (String) file.getValue());
      }
    } else if (volume.containsKey("secret")) {
      files = new TreeMap<>();
      for (JsonObject item :
          PrintedManifests.list(volume.getJsonObject("secret").getJsonArray("items"))) {
        files.put(item.getString("path"), secrets.get(item.getString("key")));
      }
    }
    return new Mount(path, files, null);
  }

  private JsonObject pod() {
    return PrintedManifests.pod(owner);
  }

  private JsonObject container() {
    return PrintedManifests.container(owner);
  }

  /** The module whose node it is, which is the folder of its build. */
  String module() throws IOException {
    Matcher matcher =
        Pattern.compile("COPY \\S+ (\\S+)/target/lib/")
            .matcher(stage(container().getString("name")));
    matcher.find();
    return matcher.group(1);
  }

  /** What is run: the image's entry point with the pod's arguments. */
  List<String> command() throws IOException {
    String stage = stage(container().getString("name"));
    Matcher matcher = Pattern.compile("ENTRYPOINT (\\[.*])").matcher(stage);
    matcher.find();
    List<String> command = new ArrayList<>();
    new JsonArray(matcher.group(1)).forEach(word -> command.add((String) word));
    container().getJsonArray("args").forEach(word -> command.add((String) word));
    return command;
  }

  private static String stage(String target) throws IOException {
    String file =
        Files.readString(ProcessCluster.root().resolve("config/Containerfile"))
            .replace("\\\n", " ");
    String from = "FROM node AS " + target + "\n";
    return file.substring(file.indexOf(from) + from.length()).split("\nFROM ")[0];
  }

  /**
   * The variables of a pod at that address: the image's, its own, and those of Services, which it
   * would get without {@code enableServiceLinks: false}.
   */
  Map<String, String> environment(String address) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    Matcher image =
        Pattern.compile("(?m)^ENV (\\w+)=(\\S+)$").matcher(stage(container().getString("name")));
    while (image.find()) {
      all.put(image.group(1), image.group(2));
    }
    for (JsonObject service : manifests.all("Service")) {
      JsonObject spec = service.getJsonObject("spec");
      if (!"None".equals(spec.getString("clusterIP"))) {
        for (JsonObject port : PrintedManifests.list(spec.getJsonArray("ports"))) {
          putService(all, PrintedManifests.name(service), port);
        }
      }
    }
    putService(all, "kubernetes", new JsonObject().put("name", "https").put("port", 443));
    for (JsonObject variable : PrintedManifests.list(container().getJsonArray("env"))) {
      all.put(variable.getString("name"), value(variable, address));
    }
    return all;
  }

  private static void putService(Map<String, String> all, String service, JsonObject port) {
    String name = service.toUpperCase(Locale.ROOT).replace('-', '_');
    String number = port.getInteger("port").toString();
    String url = "tcp://" + SERVICE_ADDRESS + ":" + number;
    String tcp = name + "_PORT_" + number + "_TCP";
    all.put(name + "_SERVICE_HOST", SERVICE_ADDRESS);
    all.put(name + "_SERVICE_PORT", number);
    all.put(name + "_SERVICE_PORT_" + port.getString("name").toUpperCase(Locale.ROOT), number);
    all.put(name + "_PORT", url);
    all.put(tcp, url);
    all.put(tcp + "_PROTO", "tcp");
    all.put(tcp + "_PORT", number);
    all.put(tcp + "_ADDR", SERVICE_ADDRESS);
  }

  private static String value(JsonObject variable, String address) {
    if (variable.containsKey("value")) {
      return variable.getString("value");
    }
    String field =
        variable.getJsonObject("valueFrom").getJsonObject("fieldRef").getString("fieldPath");
    if (!field.equals("status.podIP")) {
      throw new IllegalStateException("what is " + field + "?");
    }
    return address;
  }

  /** Where a pod at that address says whether it is ready. */
  String readiness(String address) {
    JsonObject get = container().getJsonObject("readinessProbe").getJsonObject("httpGet");
    int port = PrintedManifests.ports(owner).get(get.getString("port"));
    return "http://" + address + ":" + port + get.getString("path");
  }

  /**
   * How a pod is asked whether it is ready.
   *
   * @param failures in a row that make it so that it is not
   */
  record Pace(int periodSeconds, int failures) {}

  Pace readinessPace() {
    JsonObject probe = container().getJsonObject("readinessProbe");
    return new Pace(probe.getInteger("periodSeconds"), probe.getInteger("failureThreshold"));
  }

  /** User and group, {@code 1:1}. */
  String user() {
    JsonObject security = pod().getJsonObject("securityContext");
    return security.getInteger("runAsUser") + ":" + security.getInteger("runAsGroup");
  }

  /** The group of all files in its volumes. */
  int fileGroup() {
    return pod().getJsonObject("securityContext").getInteger("fsGroup");
  }

  int graceSeconds() {
    return pod().getInteger("terminationGracePeriodSeconds");
  }

  /** The limit of its memory, as a JVM reads it. */
  String memory() {
    JsonObject limits = container().getJsonObject("resources").getJsonObject("limits");
    return limits.getString("memory").replaceAll("([MG])i", "$1");
  }
}
