package lobule;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Java programs in a JVM of their own, on this one's class path: for what is read once a process. */
public final class JavaProcess {
    /** Of every program that uses the CPU or a GPU. */
    public static final List<String> FLAGS = List.of("--enable-native-access=ALL-UNNAMED", "--add-modules",
            "jdk.incubator.vector");

    private JavaProcess() {}

    /** What a process answered; standard output and standard error are one text. */
    public record Answer(int status, String text) {}

    /** The command that runs a class's {@code main}. */
    public static List<String> command(List<String> flags, Class<?> program, String... arguments) {
        Stream<String> java = Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xmx1g");
        return Stream.of(java, flags.stream(), Stream.of("-cp", classPath(), program.getName()), Stream.of(arguments))
                .flatMap(part -> part).toList();
    }

    /** Of the JVM, or of the loader that a test launcher made. */
    static String classPath() {
        return JavaProcess.class.getClassLoader() instanceof URLClassLoader loader
                ? Stream.of(loader.getURLs()).map(URL::getPath).collect(Collectors.joining(File.pathSeparator))
                : System.getProperty("java.class.path");
    }

    /**
     * @throws IOException if the process cannot be started
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public static Answer run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), text);
    }

    /** As {@link #run}, with the JVM's flags of every program and more. */
    public static Answer run(List<String> flags, Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(FLAGS);
        all.addAll(flags);
        return run(command(all, program, arguments));
    }
}
