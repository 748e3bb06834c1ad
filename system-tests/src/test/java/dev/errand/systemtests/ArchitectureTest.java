package dev.errand.systemtests;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom. */
@AnalyzeClasses(packages = "dev.errand", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule coresAreMadeOfJavaAndTheProtocolsValues =
      classes()
          .that()
          .resideInAnyPackage("dev.errand.dispatcher.core", "dev.errand.worker.core")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java.lang..",
              "java.security",
              "java.util",
              "java.util.function",
              "java.util.random",
              "java.util.regex",
              "java.util.stream",
              "java.util.concurrent",
              "it.unimi.dsi.fastutil..",
              "dev.errand.protocol",
              "dev.errand.protocol.frame",
              "dev.errand.protocol.link",
              "dev.errand.dispatcher.core",
              "dev.errand.worker.core");

  private static final String[] PURE = {
    "dev.errand.dispatcher.core", "dev.errand.worker.core", "dev.errand.protocol.frame"
  };

  @ArchTest
  static final ArchRule coresHaveNoClock =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .callMethodWhere(
              target(
                      owner(
                          describe(
                              "System", (JavaClass type) -> type.isEquivalentTo(System.class))))
                  .and(target(nameMatching("nanoTime|currentTimeMillis"))));

  @ArchTest
  static final ArchRule coresHaveNoThreadsAndNoIo =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.lang\\.(Thread.*|Runtime|Process.*)"
                  + "|java\\.util\\.concurrent\\.(?!TimeUnit).*"
                  + "|java\\.(io|net|nio\\.file|nio\\.channels)\\..*"
                  + "|java\\.time\\.(?!Duration).*"
                  + "|java\\.util\\.Timer.*");

  @ArchTest
  static final ArchRule linksAreAsPureAsTheCores =
      noClasses()
          .that()
          .resideInAPackage("dev.errand.protocol.link")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vertx..", "java.io..", "java.net..", "java.time..");

  @ArchTest
  static final ArchRule theProtocolKnowsNobody =
      noClasses()
          .that()
          .resideInAPackage("dev.errand.protocol..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.errand.config..",
              "dev.errand.dispatcher..",
              "dev.errand.worker..",
              "dev.errand.command..");

  @ArchTest
  static final ArchRule configKnowsNobody =
      noClasses()
          .that()
          .resideInAPackage("dev.errand.config..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.errand.protocol..",
              "dev.errand.dispatcher..",
              "dev.errand.worker..",
              "dev.errand.command..");

  @ArchTest
  static final ArchRule theDispatcherKnowsNoWorker =
      noClasses()
          .that()
          .resideInAPackage("dev.errand.dispatcher..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.errand.worker..", "dev.errand.command..");

  @ArchTest
  static final ArchRule theCommandKnowsStoresAndWhatIsInThem =
      noClasses()
          .that()
          .resideInAPackage("dev.errand.command..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.errand.dispatcher",
              "dev.errand.dispatcher.bus",
              "dev.errand.dispatcher.web",
              "dev.errand.worker..");

  @ArchTest
  static final ArchRule aWorkerKnowsNoDispatcher =
      noClasses()
          .that()
          .resideInAPackage("dev.errand.worker..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.errand.dispatcher..", "dev.errand.command..");

  @ArchTest
  static final ArchRule theWebReadsSnapshotsOnly =
      noClasses()
          .that()
          .resideInAPackage("dev.errand.dispatcher.web")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("dev.errand.dispatcher.core.DispatcherCore");

  @ArchTest
  static final ArchRule storesKnowNoShell =
      noClasses()
          .that()
          .resideInAPackage("dev.errand.dispatcher.store")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.errand.dispatcher", "dev.errand.dispatcher.bus", "dev.errand.dispatcher.web");

  @ArchTest
  static final ArchRule onlyTheClusterBuildsAVertx =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.errand.config.cluster")
          .and()
          .doNotHaveFullyQualifiedName("dev.errand.worker.EventLoopLanes")
          .should()
          .callMethodWhere(
              target(owner(nameMatching("io\\.vertx\\.core\\.Vertx")))
                  .and(target(nameMatching("vertx|clusteredVertx|builder"))));

  @ArchTest
  static final ArchRule hazelcastsInternalsAreOnePackagesBusiness =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.errand.config.membertls")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.hazelcast.internal..", "com.hazelcast.instance..");

  @ArchTest
  static final ArchRule noSleeps =
      noClasses()
          .should()
          .callMethodWhere(
              target(owner(nameMatching("java\\.lang\\.Thread")))
                  .and(target(nameMatching("sleep"))));

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.errand.(config|dispatcher|worker).(*)..").should().beFreeOfCycles();
}
