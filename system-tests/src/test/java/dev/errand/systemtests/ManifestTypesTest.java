package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Each object is one that the API knows, with fields that it knows. Two models of the API look at
 * it, since each lets pass what the other does not; KEDA's objects are held to its own schema.
 */
class ManifestTypesTest {

  private static final String KEDA = "keda.sh/v1alpha1";

  /** Field by field. */
  private interface Check {
    void of(JsonElement object) throws IOException;
  }

  private static final Map<String, Check> CHECKS =
      Map.of(
          "Namespace", V1Namespace::validateJsonElement,
          "ServiceAccount", V1ServiceAccount::validateJsonElement,
          "ConfigMap", V1ConfigMap::validateJsonElement,
          "Secret", V1Secret::validateJsonElement,
          "Service", V1Service::validateJsonElement,
          "StatefulSet", V1StatefulSet::validateJsonElement,
          "Deployment", V1Deployment::validateJsonElement,
          "NetworkPolicy", V1NetworkPolicy::validateJsonElement,
          "PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement);

  private static final Map<String, Class<? extends HasMetadata>> CLASSES =
      Map.of(
          "Namespace", Namespace.class,
          "ServiceAccount", ServiceAccount.class,
          "ConfigMap", ConfigMap.class,
          "Secret", Secret.class,
          "Service", Service.class,
          "StatefulSet", StatefulSet.class,
          "Deployment", Deployment.class,
          "NetworkPolicy", NetworkPolicy.class,
          "PodDisruptionBudget", PodDisruptionBudget.class);

  private static final ObjectMapper STRICT =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .setAnnotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                  // The model would keep what it does not know.
                  return false;
                }
              });

  private static boolean isKeda(JsonObject object) {
    return object.getString("apiVersion").equals(KEDA);
  }

  private static void checkFields(JsonObject object) throws IOException {
    CHECKS.get(PrintedManifests.kind(object)).of(JsonParser.parseString(object.encode()));
  }

  private static HasMetadata read(JsonObject object) throws IOException {
    return STRICT.readValue(object.encode(), CLASSES.get(PrintedManifests.kind(object)));
  }

  private static OutputUnit checkKeda(JsonObject object) throws IOException {
    try (InputStream in = ManifestTypesTest.class.getResourceAsStream("/keda.json")) {
      JsonObject schemas = new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      JsonObject schema = schemas.getJsonObject(PrintedManifests.kind(object));
      JsonSchemaOptions options =
          new JsonSchemaOptions().setDraft(Draft.DRAFT202012).setBaseUri("https://keda.sh/");
      return Validator.create(JsonSchema.of(schema), options).validate(object);
    }
  }

  @ParameterizedTest
  @FieldSource("dev.errand.systemtests.PrintedManifests#OVERLAYS")
  void theApiKnowsEachField(String overlay) throws IOException {
    for (JsonObject object : PrintedManifests.of(overlay).objects()) {
      if (!isKeda(object)) {
        assertThatCode(() -> checkFields(object))
            .as(PrintedManifests.title(object))
            .doesNotThrowAnyException();
      }
    }
  }

  @ParameterizedTest
  @FieldSource("dev.errand.systemtests.PrintedManifests#OVERLAYS")
  void eachValueIsOfItsFieldsType(String overlay) throws IOException {
    for (JsonObject object : PrintedManifests.of(overlay).objects()) {
      if (!isKeda(object)) {
        assertThat(object.getString("apiVersion"))
            .as(PrintedManifests.title(object))
            .isEqualTo(HasMetadata.getApiVersion(read(object).getClass()));
      }
    }
  }

  /** What the page shows is for all whose ports are named as here. */
  @Test
  void theApiKnowsThePagesPolicyAndItIsForTheDispatchersHttp() throws IOException {
    String page = Files.readString(ProcessCluster.root().resolve("docs/kubernetes.md"));
    Matcher block = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(page);
    assertThat(block.find()).isTrue();
    JsonObject policy =
        PrintedManifests.parse(block.group(1)).get("NetworkPolicy", "errand-outside");
    checkFields(policy);
    read(policy);
    JsonObject spec = policy.getJsonObject("spec");
    JsonObject clients =
        PrintedManifests.of("laptop").get("NetworkPolicy", "errand-clients").getJsonObject("spec");
    assertThat(spec.getJsonObject("podSelector")).isEqualTo(clients.getJsonObject("podSelector"));
    assertThat(spec.getJsonArray("ingress").getJsonObject(0).getJsonArray("ports"))
        .isEqualTo(clients.getJsonArray("ingress").getJsonObject(0).getJsonArray("ports"));
  }

  @Test
  void kedaKnowsItsObjects() throws IOException {
    for (JsonObject object : PrintedManifests.of("production").objects()) {
      if (isKeda(object)) {
        OutputUnit checked = checkKeda(object);
        assertThat(checked.getValid())
            .as(PrintedManifests.title(object) + ": " + checked.toJson())
            .isTrue();
      }
    }
    assertThat(PrintedManifests.of("production").all("ScaledObject")).hasSize(1);
  }

  private static JsonObject deployment() throws IOException {
    return PrintedManifests.of("laptop").get("Deployment", "errand-worker");
  }

  @Test
  void aFieldThatIsMisspelledIsFound() throws IOException {
    JsonObject object = deployment();
    PrintedManifests.pod(object).put("enableServiceLink", false);
    assertThatThrownBy(() -> checkFields(object)).hasMessageContaining("enableServiceLink");
    assertThatThrownBy(() -> read(object)).hasMessageContaining("enableServiceLink");
  }

  @Test
  void aListWhereThereIsToBeAnObjectIsFound() throws IOException {
    JsonObject object = deployment();
    PrintedManifests.container(object).put("securityContext", new JsonArray());
    assertThatThrownBy(() -> read(object)).hasMessageContaining("securityContext");
  }

  @Test
  void aFieldOfKedaThatIsMisspelledIsFound() throws IOException {
    JsonObject object = PrintedManifests.of("production").all("ScaledObject").get(0);
    object.getJsonObject("spec").put("minReplicas", 1);
    assertThat(checkKeda(object).getValid()).isFalse();
  }
}
