package dev.errand.systemtests;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * What Kubernetes is given of an overlay, as {@code kubectl kustomize} has printed it. Files stand
 * in for the secrets.
 */
record PrintedManifests(List<JsonObject> objects) {

  static final List<String> OVERLAYS = List.of("laptop", "production");

  static Path folder() {
    return ProcessCluster.root().resolve("config/kubernetes");
  }

  static PrintedManifests of(String overlay) throws IOException {
    return parse(Files.readString(folder().resolve("printed").resolve(overlay + ".yaml")));
  }

  @SuppressWarnings("unchecked")
  static PrintedManifests parse(String yaml) {
    List<JsonObject> objects = new ArrayList<>();
    new Yaml(new SafeConstructor(new LoaderOptions()))
        .loadAll(yaml)
        // By text, so that all within are JSON's types.
        .forEach(
            each ->
                objects.add(new JsonObject(new JsonObject((Map<String, Object>) each).encode())));
    return new PrintedManifests(objects);
  }

  static String kind(JsonObject object) {
    return object.getString("kind");
  }

  static String name(JsonObject object) {
    return object.getJsonObject("metadata").getString("name");
  }

  /** Such as {@code Service errand}. */
  static String title(JsonObject object) {
    return kind(object) + " " + name(object);
  }

  List<JsonObject> all(String kind) {
    return objects.stream().filter(each -> kind(each).equals(kind)).toList();
  }

  JsonObject get(String kind, String name) {
    return all(kind).stream().filter(each -> name(each).equals(name)).findAny().orElseThrow();
  }

  /** Those that have pods: the dispatcher's and the workers'. */
  List<JsonObject> owners() {
    return Stream.of("StatefulSet", "Deployment").flatMap(kind -> all(kind).stream()).toList();
  }

  /** The settings that a container gets: its ConfigMap's only file. */
  JsonObject settings(JsonObject owner) {
    String map =
        list(pod(owner).getJsonArray("volumes")).stream()
            .filter(volume -> volume.containsKey("configMap"))
            .map(volume -> volume.getJsonObject("configMap").getString("name"))
            .findAny()
            .orElseThrow();
    JsonObject data = get("ConfigMap", map).getJsonObject("data");
    return new JsonObject(data.getString(data.fieldNames().iterator().next()));
  }

  static JsonObject template(JsonObject owner) {
    return owner.getJsonObject("spec").getJsonObject("template");
  }

  static JsonObject pod(JsonObject owner) {
    return template(owner).getJsonObject("spec");
  }

  static JsonObject container(JsonObject owner) {
    JsonArray containers = pod(owner).getJsonArray("containers");
    if (containers.size() != 1) {
      throw new IllegalStateException(containers.size() + " containers in " + title(owner));
    }
    return containers.getJsonObject(0);
  }

  /** Its ports, by name. */
  static Map<String, Integer> ports(JsonObject owner) {
    return list(container(owner).getJsonArray("ports")).stream()
        .collect(
            Collectors.toMap(
                port -> port.getString("name"), port -> port.getInteger("containerPort")));
  }

  /** Empty if there is none. */
  static List<JsonObject> list(JsonArray array) {
    return array == null ? List.of() : array.stream().map(JsonObject.class::cast).toList();
  }
}
