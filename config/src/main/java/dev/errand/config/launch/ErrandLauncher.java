package dev.errand.config.launch;

import dev.errand.config.cluster.AddressInUseException;
import dev.errand.config.cluster.KeyRefusedException;
import dev.errand.config.cluster.SecureCluster;
import dev.errand.config.security.SecretText;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.SettingsException;
import dev.errand.config.settings.SettingsReader;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.core.json.JsonObject;
import io.vertx.launcher.application.HookContext;
import io.vertx.launcher.application.VertxApplication;
import io.vertx.launcher.application.VertxApplicationHooks;
import io.vertx.launcher.application.impl.Utils;
import io.vertx.launcher.application.impl.VertxApplicationCommand;
import java.io.IOException;
import java.security.Security;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Starts any verticle as a member of the secured cluster: the Vert.x launcher with its options, but
 * always clustered, and with the bus's security set after everything else. Main class of the node
 * jars; {@code java -cp …} with a verticle's class name starts that one.
 */
public final class ErrandLauncher extends VertxApplication implements VertxApplicationHooks {

  /** A system property: whether the node ends when its standard input does. */
  public static final String END_WITH_INPUT = "errand.endWithInput";

  private static final int ADMIT_SECONDS = 10;

  private final String[] arguments;
  private final Map<String, String> environment;
  private JsonObject conf;
  private NodeRole role;
  private SecureCluster cluster;
  private volatile Throwable failure;
  private volatile boolean running;

  private ErrandLauncher(String[] arguments, Map<String, String> environment) {
    super(withCluster(arguments), null, false, false);
    this.arguments = arguments;
    this.environment = environment;
  }

  private static String[] withCluster(String[] arguments) {
    if (Arrays.stream(arguments).anyMatch("-cluster"::equalsIgnoreCase)) {
      return arguments;
    }
    String[] all = new String[arguments.length + 1];
    all[0] = "-cluster";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return all;
  }

  /** Starts a node; ends the process with {@link ExitCode}s if it can't be started. */
  public static void main(String[] arguments) {
    followNames();
    int code = new ErrandLauncher(arguments, System.getenv()).run();
    if (code != ExitCode.DONE) {
      System.exit(code);
    }
  }

  /** A name may have other addresses soon; the JVM's own half a minute is too long to miss one. */
  private static void followNames() {
    Security.setProperty("networkaddress.cache.ttl", "2");
    Security.setProperty("networkaddress.cache.negative.ttl", "1");
  }

  private int run() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::endWait, "errand-end"));
    try {
      ParseResult parsed = parse();
      String verticle =
          Utils.computeVerticleName(getClass(), parsed.matchedPositionalValue(0, null));
      Optional<NodeRole> known = known(verticle);
      if (parsed.isUsageHelpRequested()) {
        System.out.print(NodeOptions.help(known));
        return ExitCode.DONE;
      }
      NodeOptions.check(parsed, known);
      // The launcher itself would only warn, and start without.
      conf = Conf.read(parsed.matchedOptionValue("-conf", null));
      role = known.orElseGet(() -> guest(verticle));
      cluster = check();
      cluster.onEnd(ErrandLauncher::end);
      if (known.isPresent()) {
        // A guest may have more to do than what it got from us.
        cluster.onDone(ProcessEnd::inOrder);
      }
      if (Boolean.getBoolean(END_WITH_INPUT)) {
        endWithInput();
      }
      if (launch() == ExitCode.DONE) {
        return ExitCode.DONE;
      }
      // The hooks that run at the end must know of it too.
      failure = failure == null ? new IllegalStateException("the node did not start") : failure;
      return report(failure);
    } catch (RuntimeException e) {
      failure = e;
      return report(e);
    }
  }

  private ParseResult parse() {
    VertxApplicationCommand command =
        new VertxApplicationCommand(this, this, LoggerFactory.getLogger(ErrandLauncher.class));
    try {
      return new CommandLine(command).setOptionsCaseInsensitive(true).parseArgs(arguments);
    } catch (ParameterException e) {
      throw new NodeFailure(ExitCode.USAGE, e.getMessage() + "; -h shows the options");
    }
  }

  /** One of Errand's own; empty: a guest. */
  private static Optional<NodeRole> known(String verticle) {
    return ServiceLoader.load(NodeRole.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(role -> role.verticle().equals(verticle))
        .findAny();
  }

  private SecureCluster check() {
    SettingsReader in = new SettingsReader(conf, environment);
    ClusterSettings settings = ClusterSettings.read(in, role.clusterDefaults());
    role.check(in);
    in.finish();
    return new SecureCluster(settings, role.name());
  }

  /** A name that is mistyped is told at once, not when a peer has been found. */
  private static NodeRole guest(String verticle) {
    if (verticle == null) {
      throw new NodeFailure(ExitCode.USAGE, "name the verticle to start by its class name");
    }
    boolean isClass = verticle.matches("[\\w$.]+") && !verticle.endsWith(".java");
    try {
      if (isClass) {
        Class.forName(verticle, false, Thread.currentThread().getContextClassLoader());
      }
    } catch (ClassNotFoundException | LinkageError e) {
      throw new NodeFailure(
          ExitCode.USAGE, "the verticle " + verticle + " is not on the class path: see java -cp");
    }
    return new GuestRole(verticle);
  }

  /** The settings as they were checked, without secrets. */
  @Override
  public JsonObject afterConfigParsed(JsonObject parsed) {
    JsonObject open = conf.copy();
    if (open.getValue("cluster") instanceof JsonObject section) {
      section.remove("authKey");
    }
    role.hideSecrets(open);
    return open;
  }

  @Override
  public VertxBuilder createVertxBuilder(VertxOptions options) {
    if (role.ownsEventLoops()) {
      useFewLoops(options, Runtime.getRuntime().availableProcessors());
    }
    try {
      return cluster.builder(options);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = e;
      throw new IllegalStateException(e);
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  /**
   * Whatever goes from the bus's loop to another waits for that to wake up, which takes longer than
   * most of what is done there; so there is one loop for two processors, unless the user has asked
   * for another number.
   */
  static void useFewLoops(VertxOptions options, int processors) {
    if (options.getEventLoopPoolSize() == VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE) {
      options.setEventLoopPoolSize(Math.max(1, processors / 2));
    }
  }

  @Override
  public void beforeStartingVertx(HookContext context) {
    try {
      cluster.seal(context.vertxOptions());
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public void afterVertxStarted(HookContext context) {
    running = true;
    try {
      cluster
          .admit(context.vertx())
          .toCompletionStage()
          .toCompletableFuture()
          .get(ADMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // The node stays closed to all others; its verticle would wait for ever.
      failure = new IllegalStateException("the bus can't admit anybody: " + e.getMessage(), e);
      throw (RuntimeException) failure;
    }
  }

  /** Whoever supervises the process starts it anew. */
  private static void end(Throwable why) {
    Runtime.getRuntime().halt(report(why));
  }

  @Override
  public void afterFailureToStartVertx(HookContext context, Throwable t) {
    failure = cluster.failed(t == null ? new TimeoutException("the start took too long") : t);
  }

  @Override
  public void afterFailureToDeployVerticle(HookContext context, Throwable t) {
    failure = t == null ? new NodeFailure(ExitCode.FAILED, "the start took too long") : t;
  }

  /** Ends in order with whoever started it and holds the other end of its standard input. */
  private static void endWithInput() {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Nothing is expected.
                }
              } catch (IOException e) {
                // The same as its end.
              }
              ProcessEnd.inOrder();
            },
            "errand-input");
    thread.setDaemon(true);
    thread.start();
  }

  /** A process that was told to end and did so in order has done well. */
  @Override
  public void afterVertxStopped(HookContext context) {
    if (failure == null && !ProcessEnd.isCalledForByCode()) {
      Runtime.getRuntime().halt(ExitCode.DONE);
    }
  }

  /** The same for one that was still at its start, or waiting for its peers. */
  private void endWait() {
    if (!running && failure == null) {
      Runtime.getRuntime().halt(ExitCode.DONE);
    }
  }

  private static int report(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof NodeFailure known) {
        return say(known.exitCode(), known.getMessage());
      }
      if (cause instanceof KeyRefusedException) {
        return say(ExitCode.KEY_REFUSED, cause.getMessage());
      }
      if (cause instanceof SettingsException || cause instanceof AddressInUseException) {
        return say(ExitCode.USAGE, cause.getMessage());
      }
    }
    return say(
        ExitCode.FAILED, failure.getMessage() == null ? failure.toString() : failure.getMessage());
  }

  private static int say(int code, String line) {
    System.err.println("errand: " + SecretText.hide(oneLine(line)));
    return code;
  }

  private static String oneLine(String text) {
    return String.valueOf(text).replaceAll("\\s*\\R\\s*", " ");
  }
}
