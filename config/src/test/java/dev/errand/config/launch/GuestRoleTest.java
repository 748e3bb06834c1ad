package dev.errand.config.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.config.security.AuthKey;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import dev.errand.config.settings.SettingsException;
import dev.errand.config.settings.SettingsReader;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GuestRoleTest {

  private static ClusterSettings read(JsonObject conf) {
    GuestRole role = new GuestRole("com.acme.MyVerticle");
    SettingsReader in =
        new SettingsReader(conf, Map.of("ERRAND_CLUSTER_AUTH_KEY", AuthKey.random().text()));
    ClusterSettings settings = ClusterSettings.read(in, role.clusterDefaults());
    role.check(in);
    in.finish();
    return settings;
  }

  @Test
  void allButTheClustersSectionIsTheGuestsOwn() {
    JsonObject conf =
        new JsonObject().put("mine", new JsonObject().put("any", 1)).put("http", 8080).put("x", "");
    assertThat(read(conf).search().peers()).containsExactly(new PeerAddress("127.0.0.1", 5701));
  }

  @Test
  void theClustersSectionIsCheckedAllTheSame() {
    JsonObject conf = new JsonObject().put("cluster", new JsonObject().put("nam", "errand"));
    assertThatThrownBy(() -> read(conf))
        .isInstanceOf(SettingsException.class)
        .hasMessage("cluster.nam is no setting; did you mean cluster.name?");
  }
}
