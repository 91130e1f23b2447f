package lobule.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import lobule.file.InputException;
import lobule.nn.Recompute;
import lobule.train.ConfigLayers;
import lobule.train.PatchSearch;
import lobule.train.Presets;
import lobule.train.TrainConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The memory of a training step, and the largest patch that fits, before anything is taken. */
@Command(name = "plan", sortOptions = false, description = "Plans the memory of a training step, and takes none: bytes "
        + "by region, the largest values and their lifetimes, the arithmetic. With --memory-limit and no --patch, "
        + "finds the largest patch that fits, for one experiment or for all.")
final class PlanCommand implements Callable<Integer> {
    private final Devices devices;

    @Spec
    private CommandSpec spec;

    @Option(names = "--experiment", paramLabel = "NAME", description = "Preset; ./lobule train --help lists them "
            + "(default: phantom, or with --memory-limit all experiments).")
    private String experiment;

    @Option(names = "--patch", paramLabel = "DxHxW", description = "Output of the network, HxW in 2D; sizes are"
            + " 8k + 4 (default: the preset's).")
    private String patch;

    @Option(names = "--base-channels", paramLabel = "N", description = "Channels of the first block.")
    private Integer baseChannels;

    @Option(names = "--recompute", paramLabel = "WHAT", description = "Computed again in the backward pass to save "
            + "memory: none, cheap or level0 (default: none; where a patch is searched for, all are tried).")
    private String recompute;

    @Option(names = "--memory-limit", paramLabel = "SIZE", converter = MemorySize.Converter.class,
            description = "Memory of the device, such as 8GiB; exit code 1 where the patch given does not fit.")
    private MemorySize limit;

    @Option(names = "--json", description = "For programs: one object a plan, in a list where there are several.")
    private boolean json;

    @Option(names = "--picture", paramLabel = "FILE.svg", description = "Draw the arena: time across, address up, one "
            + "box a value.")
    private Path picture;

    @Mixin
    private DeviceOptions deviceOptions;

    PlanCommand(Devices devices) {
        this.devices = devices;
    }

    @Override
    public Integer call() {
        boolean search = limit != null && patch == null;
        boolean all = search && experiment == null;
        if (all && picture != null) {
            throw new ParameterException(spec.commandLine(), "--picture draws one plan, expected --experiment beside "
                    + "--memory-limit");
        }
        // refuses wrong settings before a device is opened
        List<String> experiments = all ? Presets.experiments() : List.of(config(experiment, patch).experiment());
        config(experiments.getFirst(), patch);
        try (PlanningTarget target = search ? forSearch(experiments.getFirst())
                : PlanningTarget.open(deviceOptions, devices, limit)) {
            List<PlannedStep> steps = experiments.stream()
                    .flatMap(name -> search ? searched(target, name, all)
                            : Stream.of(PlannedStep.of(target.device(), config(name, patch))))
                    .toList();
            boolean fits = json ? printJson(target, steps, all) : print(target, steps, all);
            if (picture != null) {
                PlanPicture.write(picture, steps.getFirst());
            }
            return fits ? 0 : Failure.CHECK_FAILED;
        }
    }

    private PlanningTarget forSearch(String name) {
        PlanningTarget target = PlanningTarget.open(deviceOptions, devices, limit);
        try {
            String smallest = config(name, null).network().rank() == 2 ? "4x4" : "4x4x4";
            return target.forSearch(deviceOptions.cuda().options(), limit,
                    device -> PlannedStep.of(device, config(name, smallest)));
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
    }

    private TrainConfig config(String name, String size) {
        return config(name, size, recompute);
    }

    private TrainConfig config(String name, String size, String recomputed) {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("experiment", name);
        given.put("patch", size);
        given.put("network.base-channels", baseChannels);
        given.put("recompute", recomputed);
        given.values().removeIf(Objects::isNull);
        return ConfigLayers.resolve(Optional.empty(), given);
    }

    /** The largest patch for each way to recompute, or of all these the largest, with the least recomputed. */
    private Stream<PlannedStep> searched(PlanningTarget target, String name, boolean each) {
        List<String> ways = recompute != null ? List.of(recompute)
                : Stream.of(Recompute.values()).map(Recompute::label).toList();
        Stream<PlannedStep> largest = ways.stream().map(way -> largest(target, name, way));
        return each ? largest : largest.reduce((a, b) -> voxels(b) > voxels(a) ? b : a).stream();
    }

    private static long voxels(PlannedStep step) {
        return step.config().output().voxels();
    }

    private PlannedStep largest(PlanningTarget target, String name, String way) {
        int rank = config(name, null).network().rank();
        PatchSearch.Outcome outcome = new PatchSearch(rank, limit.bytes() - target.roomBytes(),
                size -> PlannedStep.of(target.device(), config(name, size, way)).memory().totalBytes()).run();
        String largest = outcome.largest().orElseThrow(() -> new InputException("--memory-limit is "
                + Quantities.bytes(limit.bytes()) + ", of which " + Quantities.bytes(target.roomBytes()) + " are "
                + target.roomSource() + "; not even patch " + outcome.next().orElseThrow() + " of " + name
                + " fits, fewer --base-channels might."));
        return PlannedStep.of(target.device(), config(name, largest, way)).withNext(outcome.next());
    }

    private boolean printJson(PlanningTarget target, List<PlannedStep> steps, boolean all) {
        List<PlanDocument> documents = steps.stream().map(step -> PlanDocument.of(target, step, limit)).toList();
        PrintWriter out = spec.commandLine().getOut();
        out.println(all ? PlanDocument.json(documents) : documents.getFirst().json());
        out.flush();
        return documents.stream().noneMatch(document -> Objects.equals(document.fits(), false));
    }

    private boolean print(PlanningTarget target, List<PlannedStep> steps, boolean all) {
        PlanTable table = new PlanTable(spec.commandLine().getOut(), target);
        table.device();
        if (all) {
            table.searched(steps, limit);
            return true;
        }
        boolean fits = limit == null || table.limit(steps.getFirst(), limit);
        table.print(steps.getFirst());
        return fits;
    }
}
