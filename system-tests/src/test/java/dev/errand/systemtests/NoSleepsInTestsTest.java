package dev.errand.systemtests;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests wait for events, never for time. */
class NoSleepsInTestsTest {

  @Test
  void noTestOfAnyModuleSleeps() {
    List<Path> tests =
        Stream.of("config", "protocol", "dispatcher", "worker-verticle", "command", "system-tests")
            .map(module -> ProcessCluster.root().resolve(module).resolve("target/test-classes"))
            .filter(Files::exists)
            .toList();
    noClasses()
        .should()
        .callMethodWhere(
            target(owner(describe("Thread or TimeUnit", (JavaClass type) -> isSleeper(type))))
                .and(target(nameMatching("sleep|parkNanos|parkUntil"))))
        .check(new ClassFileImporter().importPaths(tests));
  }

  private static boolean isSleeper(JavaClass type) {
    return List.of(
            "java.lang.Thread",
            "java.util.concurrent.TimeUnit",
            "java.util.concurrent.locks.LockSupport")
        .contains(type.getName());
  }
}
