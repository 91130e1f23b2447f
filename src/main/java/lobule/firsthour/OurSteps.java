package lobule.firsthour;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What is to be found out about Lobule itself; limits in seconds. */
record OurSteps(Site site, Sizes sizes) {
    /** Errors and warnings. */
    private static final String CUDNN_LOG_LEVEL = "2";

    List<Step> all() {
        Runs runs = new Runs(site, sizes);
        return Stream.of(
                Stream.of(driver(), libraries()),
                Stream.of(
                        withCudnnLog(site.lobule("devices", 30, List.of("devices"))),
                        withCudnnLog(selfTest("self-test-small", 60, "--small")),
                        withCudnnLog(site.lobule("fixtures", 60, verify())),
                        runs.step("step-fp32", 70),
                        runs.step("step-tf32-large", 60, "--math", "tf32", "--workspace", "4096"),
                        runs.step("step-tf32-small", 60, "--math", "tf32", "--workspace", "256"),
                        selfTest("self-test-small-tf32", 60, "--small", "--math", "tf32"),
                        runs.profile("profile-fp32", 40),
                        runs.profile("profile-tf32", 40, "--math", "tf32", "--workspace", "4096")),
                sizes.selfTests() ? Stream.of(selfTest("self-test", 130)) : Stream.<Step>empty(),
                Stream.of(runs.twice("deterministic", 60, "--deterministic")),
                assembler(),
                Stream.of(gpuTests())).flatMap(steps -> steps).toList();
    }

    private Step driver() {
        return site.program("nvidia-smi").map(program -> Step.of("nvidia-smi", 20, List.of(program.toString())))
                .orElseGet(() -> Step.impossible("nvidia-smi", "there is no nvidia-smi on PATH"));
    }

    private Step libraries() {
        List<String> cudnn = site.libraries().cudnn(site.environment()).stream().map(Path::toString).toList();
        return cudnn.isEmpty() ? Step.impossible("ldd", "no libcudnn*.so.9 was found to look into")
                : site.program("ldd").isEmpty() ? Step.impossible("ldd", "there is no ldd on PATH")
                : Step.of("ldd", 20, Site.command("ldd", cudnn));
    }

    private Step selfTest(String name, int seconds, String... options) {
        return site.lobule(name, seconds, Stream.concat(Stream.of("devices", "--self-test", "--device", "cuda"),
                Stream.of(options)).toList());
    }

    private List<String> verify() {
        return Stream.concat(Stream.of("verify", "--device", "cuda"), sizes.fixtures().stream().map(name ->
                site.image().resolve("src/test/resources/fixtures/" + name + ".safetensors").toString())).toList();
    }

    private Step withCudnnLog(Step step) {
        Path log = site.work().resolve(step.name() + ".cudnn");
        return step.with("CUDNN_LOGLEVEL_DBG", CUDNN_LOG_LEVEL).with("CUDNN_LOGDEST_DBG", log.toString()).leaving(log);
    }

    /** Each generation by itself, since an older assembler does not know the newer ones. */
    private Stream<Step> assembler() {
        List<Path> kernels = PythonPackages.matching(site.image().resolve("kernels"), "*.ptx");
        return sizes.ptxas().stream().map(generation -> site.ptxas().map(ptxas -> Step.ofAll("ptxas-" + generation, 40,
                        kernels.stream().map(kernel -> List.of(ptxas.toString(), "--gpu-name", generation, "-v",
                                kernel.toString(), "-o", "/dev/null")).toList()))
                .orElseGet(() -> Step.impossible("ptxas-" + generation, "there is no ptxas, neither of a CUDA toolkit"
                        + " nor of the Python packages nvidia-cuda-nvcc or triton")));
    }

    private Step gpuTests() {
        List<String> command = new ArrayList<>(List.of(site.image().resolve("gpu-tests").toString()));
        command.addAll(sizes.gpuTests());
        return site.withLibraries(Step.of("gpu-tests", 130, command));
    }
}
