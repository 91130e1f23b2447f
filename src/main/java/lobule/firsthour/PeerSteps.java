package lobule.firsthour;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lobule.file.DocumentFormat;

/**
 * PyTorch on the same network and card, and Lobule beside it by turns; limits in seconds.
 *
 * @param python one that has PyTorch; empty where there is none
 * @param cuda   whether PyTorch must use the GPU, or may compute where it can
 */
record PeerSteps(Site site, Sizes sizes, Optional<Path> python, boolean cuda) {
    /** Each round the other one first. */
    private static final int ROUNDS = 2;
    private static final int TURN_SECONDS = 75;

    List<Step> all() {
        List<Step> steps = new ArrayList<>(List.of(peer("torch", 60, "about")));
        Stream.of("unet2d-cce", "unet3d-dice").forEach(fixture -> steps.add(peer("same-network-" + fixture, 60, "check",
                site.image().resolve("src/test/resources/fixtures/" + fixture + ".safetensors").toString())));
        for (int round = 1; round <= ROUNDS; round++) {
            steps.addAll(round(round));
            if (round == 1) {
                steps.addAll(layers());
            }
        }
        return python.isPresent() ? steps : steps.stream().map(step -> Step.impossible(step.name(),
                "there is no Python with PyTorch (on PATH, in /opt/*/bin, VIRTUAL_ENV, CONDA_PREFIX); name one by"
                        + " --python")).toList();
    }

    private List<Step> round(int round) {
        List<Step> steps = new ArrayList<>();
        for (PeerMath math : PeerMath.values()) {
            List<Step> pair = new ArrayList<>();
            pair.add(peer(math.peerTurn(round), TURN_SECONDS, arguments("step", math)));
            math.ourTurn(round).ifPresent(name ->
                    pair.add(new Runs(site, sizes).step(name, TURN_SECONDS, math.ourOptions())));
            steps.addAll(round % 2 == 1 ? pair : pair.reversed());
        }
        return steps;
    }

    private List<Step> layers() {
        List<Step> steps = new ArrayList<>();
        for (PeerMath math : PeerMath.values()) {
            steps.add(peer("peer-layers-" + math.label(), TURN_SECONDS, arguments("layers", math)));
            math.ourTurn(1).ifPresent(_ -> steps.add(new Runs(site, sizes).profile("ours-layers-" + math.label(),
                    TURN_SECONDS, math.ourOptions())));
        }
        return steps;
    }

    private String[] arguments(String what, PeerMath math) {
        return Stream.concat(Stream.of(what, "--math", math.label()), sizes.peer().stream()).toArray(String[]::new);
    }

    private Step peer(String name, int seconds, String... arguments) {
        Path figures = site.work().resolve(name + ".json");
        List<String> command = new ArrayList<>(List.of(python.map(Path::toString).orElse("python3"),
                site.image().resolve("peer/unet.py").toString(), "--json", figures.toString()));
        if (cuda) {
            command.add("--cuda");
        }
        command.addAll(List.of(arguments));
        return Step.of(name, seconds, command).reading(() -> {
            Map<String, Object> read = new LinkedHashMap<>();
            DocumentFormat.JSON.tree(figures).properties().forEach(entry -> read.put(entry.getKey(), entry.getValue()));
            return read;
        });
    }
}
