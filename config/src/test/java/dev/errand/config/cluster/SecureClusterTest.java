package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.SettingsException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class SecureClusterTest {

  @Test
  void settingsThatAreWrongFailTheJoin() {
    JsonObject cluster = new JsonObject().put("authKeyFile", "/no/such/file").put("nam", "errand");
    Future<Vertx> joined = SecureCluster.join(new JsonObject().put("cluster", cluster));
    assertThat(joined.cause())
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("cluster.authKeyFile '/no/such/file' can't be read")
        .hasMessageContaining("cluster.nam is no setting; did you mean cluster.name?");
  }
}
