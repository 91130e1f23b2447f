package lobule.firsthour;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lobule.device.cuda.options.LibraryFolders;

/**
 * Where the steps run.
 *
 * @param image       folder of the portable image, with its launchers
 * @param work        folder for what may be thrown away afterwards
 * @param environment of this process
 */
record Site(Path image, Path work, Map<String, String> environment, PythonPackages packages,
            CudaFolders libraries) {

    static Site of(Path image, Path work, Map<String, String> environment) {
        PythonPackages packages = PythonPackages.find(environment);
        return new Site(image, work, environment, packages, CudaFolders.find(environment, packages));
    }

    /** A step that runs Lobule. */
    Step lobule(String name, int seconds, List<String> arguments) {
        return withLibraries(Step.of(name, seconds, lobule(arguments)));
    }

    List<String> lobule(List<String> arguments) {
        return command(image.resolve("lobule").toString(), arguments);
    }

    static List<String> command(String program, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(arguments);
        return command;
    }

    /** With the libraries that were found; where the linker is to find them, as the environment has it. */
    Step withLibraries(Step step) {
        return libraries.folders().isEmpty() ? step : step.with(LibraryFolders.VARIABLE, libraries.variable());
    }

    /** The first of this name on PATH. */
    Optional<Path> program(String name) {
        return Programs.named(name, environment).findFirst();
    }

    /** NVIDIA's assembler: of Python packages, of a toolkit, on PATH. */
    Optional<Path> ptxas() {
        return Stream.of(packages.glob("nvidia", "cu*", "bin", "ptxas").stream(),
                        packages.glob("triton", "backends", "nvidia", "bin", "ptxas*").stream(),
                        PythonPackages.matching(Path.of("/usr/local"), "cuda*").stream()
                                .map(toolkit -> toolkit.resolve("bin/ptxas")),
                        program("ptxas").stream())
                .flatMap(all -> all).filter(Files::isExecutable).findFirst();
    }

    /** For the results. */
    Map<String, ?> description() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("version", Optional.ofNullable(Site.class.getPackage().getImplementationVersion()).orElse(""));
        description.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        description.put("processors", Runtime.getRuntime().availableProcessors());
        description.put("cuda_libraries", libraries.folders().stream().map(Path::toString).toList());
        description.put("cuda_libraries_source", libraries.source());
        return description;
    }
}
