package lobule.device.cuda.convolution;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import lobule.device.cuda.options.AlgorithmChoice;
import lobule.device.cuda.options.AlgorithmReuse;
import lobule.device.cuda.options.CudaOptions;

/** The choices of an earlier run, each taken again where it still fits; remembers why the first did not. */
public final class RecordedAlgorithms {
    private final CudaOptions options;
    private final String hardware;
    private final boolean cublas;
    private int reused;
    private int chosen;
    private String reason = "";

    /**
     * @param hardware name of the device and version of cuDNN
     * @param cublas   whether there is cuBLAS
     */
    public RecordedAlgorithms(CudaOptions options, String hardware, boolean cublas) {
        this.options = options;
        this.hardware = hardware;
        this.cublas = cublas;
    }

    /**
     * The recorded choice of a convolution, with the workspace that it needs now.
     *
     * @param workspace of an algorithm of cuDNN; empty where cuDNN refuses it
     */
    Optional<AlgorithmChoice> find(String convolution, Function<AlgorithmChoice, OptionalLong> workspace) {
        AlgorithmChoice choice = options.recorded().choices().get(convolution);
        String problem = problem(convolution, choice);
        OptionalLong bytes = problem.isEmpty() ? workspace.apply(choice) : OptionalLong.empty();
        if (problem.isEmpty()) {
            problem = bytes.isEmpty() ? choice.label() + " is refused for " + convolution : excess(bytes.getAsLong());
        }
        if (problem.isEmpty()) {
            reused++;
            return Optional.of(new AlgorithmChoice(choice.library(), choice.algorithm(), choice.mathType(),
                    bytes.getAsLong(), choice.deterministic()));
        }
        chosen++;
        reason = reason.isEmpty() && !options.recorded().device().isEmpty() ? problem : reason;
        return Optional.empty();
    }

    /** Why a choice cannot be taken again; empty where it can. */
    private String problem(String convolution, AlgorithmChoice choice) {
        if (!options.recorded().device().equals(hardware)) {
            return "the recorded ones are for " + options.recorded().device() + ", and this is " + hardware;
        } else if (choice == null) {
            return "none is recorded for " + convolution + " (another patch, network or --math)";
        } else if (choice.byCublas() && !cublas) {
            return "cuBLAS is recorded for " + convolution + ", and is missing here";
        }
        return options.deterministic() && !choice.deterministic()
                ? choice.label() + " is recorded for " + convolution + ", and not deterministic" : "";
    }

    private String excess(long bytes) {
        return bytes <= options.workspaceLimitBytes() ? "" : "a recorded one needs a workspace of " + bytes
                + " bytes, above the limit of " + options.workspaceLimitBytes() + " (--workspace)";
    }

    AlgorithmReuse reuse() {
        return new AlgorithmReuse(reused, chosen, reason);
    }
}
