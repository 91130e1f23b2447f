package lobule;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertAll;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may use whom. A package that does not exist yet breaks no rule. */
class ArchitectureTest {
    /** From top to bottom: a package uses lower rows only, and of its own row what {@link #BESIDE} names. */
    private static final List<Set<String>> ROWS = List.of(
        Set.of("cli", "firsthour"),
        Set.of("train", "inference", "evaluation", "report", "checkpoint", "verification"),
        Set.of("data"),
        Set.of("image"),
        Set.of("file"),
        Set.of("nn"),
        Set.of("runtime"),
        Set.of("device.reference", "device.cpu", "device.cuda"),
        Set.of("device.host"),
        Set.of("device"),
        Set.of("plan"),
        Set.of("graph"),
        Set.of("op"),
        Set.of("tensor"));

    private static final Map<String, Set<String>> BESIDE = Map.of(
        "train", Set.of("report", "evaluation", "checkpoint"),
        "inference", Set.of("checkpoint", "evaluation"),
        "verification", Set.of("checkpoint"));

    /** The same within the CPU device. */
    private static final List<Set<String>> CPU_ROWS = List.of(
        Set.of("device.cpu.convolution", "device.cpu.winograd", "device.cpu.norm", "device.cpu.voxels",
            "device.cpu.loss", "device.cpu.update"),
        Set.of("device.cpu.onednn"),
        Set.of("device.cpu.machine"));

    /** And within the CUDA device. */
    private static final List<Set<String>> CUDA_ROWS = List.of(
        Set.of("device.cuda.convolution", "device.cuda.norm", "device.cuda.voxels", "device.cuda.loss",
            "device.cuda.update"),
        Set.of("device.cuda.kernel", "device.cuda.library"),
        Set.of("device.cuda.driver", "device.cuda.options"));

    /** What can be embedded without the trainer on top. */
    private static final String[] EMBEDDABLE = {
        "lobule.tensor..", "lobule.op..", "lobule.graph..", "lobule.plan..", "lobule.device..", "lobule.runtime.."};

    private static final JavaClasses CLASSES = new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .importPackages("lobule");

    @Test
    void everyPackageHasARow() {
        check(classes().should().resideInAnyPackage(patterns(ROWS.stream().flatMap(Set::stream))));
    }

    @Test
    void dependenciesPointDown() {
        check(downwards(ROWS));
    }

    @Test
    void roomsOfADeviceStandInOrder() {
        check(Stream.of(downwards(CPU_ROWS), downwards(CUDA_ROWS),
            Stream.of(everyRoomIsIn("device.cpu", CPU_ROWS), everyRoomIsIn("device.cuda", CUDA_ROWS)))
            .flatMap(rules -> rules));
    }

    @Test
    void roomsOfADeviceAreItsOwn() {
        check(Stream.of(
            noClasses().that().resideOutsideOfPackage("lobule.device.cpu..")
                .should().dependOnClassesThat().resideInAPackage("lobule.device.cpu.*.."),
            noClasses().that().resideOutsideOfPackage("lobule.device.cuda..")
                .should().dependOnClassesThat(resideInAPackage("lobule.device.cuda.*..")
                    .and(resideOutsideOfPackage("lobule.device.cuda.options.."))
                    .and(not(assignableTo(RuntimeException.class))))));
    }

    @Test
    void imagesDataAndReportsDoNotKnowTheEngine() {
        String[] engine = patterns(ROWS.subList(ROWS.indexOf(Set.of("nn")), ROWS.size()).stream().flatMap(Set::stream));
        check(Stream.of("image", "data", "report", "file").map(user -> mayNotUse(user, engine)));
    }

    @Test
    void librariesStayWhereTheyBelong() {
        check(Stream.of(
            onlyIn(List.of("device.cuda"), "jcuda.."),
            onlyIn(List.of("device.cpu"), "org.bytedeco.."),
            onlyIn(List.of("cli", "firsthour"), "picocli.."),
            onlyIn(List.of("train", "data", "checkpoint", "cli", "firsthour", "evaluation", "file"),
                "tools.jackson..", "com.fasterxml.jackson..")));
    }

    /** But native libraries on their way into the process. */
    @Test
    void embeddablePartReadsNoFiles() {
        check(noClasses().that().resideInAnyPackage(EMBEDDABLE)
            .and().resideOutsideOfPackage("lobule.device.host..")
            .should().dependOnClassesThat().resideInAPackage("java.nio.file..")
            .orShould().dependOnClassesThat().haveNameMatching("java\\.io\\.(File.*|RandomAccessFile)")
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.nio.channels.FileChannel"));
    }

    @Test
    void embeddablePartNeitherPrintsNorLogs() {
        check(noClasses().that().resideInAnyPackage(EMBEDDABLE)
            .should().accessField(System.class, "out")
            .orShould().accessField(System.class, "err")
            .orShould().callMethodWhere(
                target(name("printStackTrace")).and(target(owner(assignableTo(Throwable.class)))))
            .orShould().callMethodWhere(
                target(nameMatching("getLogger|console")).and(target(owner(type(System.class)))))
            .orShould().dependOnClassesThat().resideInAnyPackage("java.util.logging..", "org.slf4j.."));
    }

    private static ArchRule everyRoomIsIn(String device, List<Set<String>> rows) {
        return classes().that().resideInAPackage("lobule." + device + ".*..")
            .should().resideInAnyPackage(patterns(rows.stream().flatMap(Set::stream)));
    }

    private static Stream<ArchRule> downwards(List<Set<String>> rows) {
        return IntStream.range(0, rows.size()).boxed()
            .flatMap(row -> rows.get(row).stream().map(user -> mayNotUse(user, aboveOrBeside(user, rows, row))));
    }

    private static String[] aboveOrBeside(String user, List<Set<String>> rows, int row) {
        Set<String> allowed = BESIDE.getOrDefault(user, Set.of());
        Stream<String> above = rows.subList(0, row).stream().flatMap(Set::stream);
        Stream<String> beside = rows.get(row).stream().filter(name -> !name.equals(user) && !allowed.contains(name));
        return patterns(Stream.concat(above, beside));
    }

    private static ArchRule mayNotUse(String user, String... forbidden) {
        return noClasses().that().resideInAPackage(pattern(user))
            .should().dependOnClassesThat().resideInAnyPackage(forbidden);
    }

    private static ArchRule onlyIn(List<String> users, String... library) {
        return noClasses().that().resideOutsideOfPackages(patterns(users.stream()))
            .should().dependOnClassesThat().resideInAnyPackage(library);
    }

    private static String[] patterns(Stream<String> names) {
        return names.map(ArchitectureTest::pattern).toArray(String[]::new);
    }

    /** The contract in {@code device} is a package of its own: the devices lie in packages below it. */
    private static String pattern(String name) {
        return "lobule." + name + (name.equals("device") ? "" : "..");
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }

    /** Reports the violations of all rules, not of the first alone. */
    private static void check(Stream<ArchRule> rules) {
        assertAll(rules.map(rule -> () -> check(rule)));
    }
}
