package lobule.firsthour;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Training runs on the phantom as steps. */
record Runs(Site site, Sizes sizes) {
    /** The first steps wait for kernels to be loaded. */
    private static final int WARM_UP = 2;

    /** A timed run; its figures are the time of a step, the memory and the algorithms. */
    Step step(String name, int seconds, String... options) {
        return site.lobule(name, seconds, arguments(name, sizes.steps(), options))
                .reading(new RunFigures(folder(name), WARM_UP));
    }

    /** A run of a few steps with every launch timed. */
    Step profile(String name, int seconds, String... options) {
        return site.lobule(name, seconds, command(name, sizes.fewSteps(), options, "--profile"))
                .reading(new ProfileFigures(folder(name)));
    }

    /** The same run twice, which must give the same bits. */
    Step twice(String name, int seconds, String... options) {
        List<Path> states = List.of(folder(name + "-a").resolve("state.safetensors"),
                folder(name + "-b").resolve("state.safetensors"));
        return site.withLibraries(Step.ofAll(name, seconds, List.of(
                        site.lobule(arguments(name + "-a", sizes.fewSteps(), options)),
                        site.lobule(arguments(name + "-b", sizes.fewSteps(), options)))))
                .reading(new SameBits(states.getFirst(), states.getLast()));
    }

    private Path folder(String name) {
        return site.work().resolve(name);
    }

    private List<String> arguments(String name, int steps, String... options) {
        return command(name, steps, options);
    }

    private List<String> command(String name, int steps, String[] options, String... more) {
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(sizes.network());
        arguments.addAll(List.of("--data", "phantom", "--overfit", "--device", "cuda", "--steps",
                Integer.toString(steps), "--evaluate-every", Integer.toString(steps), "--out",
                folder(name).toString()));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of(more));
        return arguments;
    }
}
