package lobule.device.cuda.convolution;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import jcuda.jcudnn.cudnnMathType;
import lobule.device.cuda.convolution.ConvolutionPass.Candidate;
import lobule.device.cuda.driver.CudaCallException;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.options.AlgorithmChoice;
import lobule.device.cuda.options.AlgorithmReuse;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.MathMode;

/**
 * Chooses how each convolution is computed, once a shape: as recorded by an earlier run; else by time, where that is
 * allowed and there is memory to try; else by cuDNN's own guess.
 */
public final class AlgorithmSearch {
    private final CudaOptions options;
    private final CudaContext context;
    private final RecordedAlgorithms recorded;
    private final Map<String, AlgorithmChoice> made = new HashMap<>();

    public AlgorithmSearch(CudaOptions options, CudaContext context, RecordedAlgorithms recorded) {
        this.options = options;
        this.context = context;
        this.recorded = recorded;
    }

    /** What was chosen so far. */
    public Map<String, AlgorithmChoice> made() {
        return made;
    }

    private String key(ConvolutionPass pass, ConvolutionGeometry geometry) {
        return pass.name() + " " + geometry + " " + options.math();
    }

    /** The choice of this run, if there is one already. */
    public Optional<AlgorithmChoice> made(ConvolutionPass pass, ConvolutionGeometry geometry) {
        return Optional.ofNullable(made.get(key(pass, geometry)));
    }

    /**
     * The choice of the recorded run, if it fits; asked once a convolution.
     *
     * @param workspace of an algorithm, or empty where its library refuses it
     */
    Optional<AlgorithmChoice> recorded(ConvolutionPass pass, ConvolutionGeometry geometry,
                                       Function<AlgorithmChoice, OptionalLong> workspace) {
        return recorded.find(key(pass, geometry), workspace);
    }

    /** What became of the recorded choices so far. */
    public AlgorithmReuse reuse() {
        return recorded.reuse();
    }

    void record(ConvolutionPass pass, ConvolutionGeometry geometry, AlgorithmChoice choice) {
        made.put(key(pass, geometry), choice);
    }

    /** An algorithm of cuDNN. */
    AlgorithmChoice choose(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors) {
        List<Candidate> guesses = pass.heuristics(library, descriptors);
        List<Candidate> candidates = options.deterministic() ? guesses
                : measured(library, pass, descriptors, guesses).orElse(guesses);
        for (Candidate candidate : candidates) {
            if (fits(candidate)) {
                return new AlgorithmChoice(AlgorithmChoice.CUDNN, candidate.algorithm(), mathType(candidate),
                        candidate.workspaceBytes(), candidate.deterministic());
            }
        }
        throw new CudaCallException("device cuda: cuDNN proposes no "
                + (options.deterministic() ? "deterministic " : "") + "algorithm for convolution "
                + pass.name() + " " + descriptors.geometry() + " with at most "
                + options.workspaceLimitBytes() + " bytes of workspace (" + candidates.size()
                + " proposed); allow it more workspace or choose a smaller patch");
    }

    private boolean fits(Candidate candidate) {
        boolean math = switch (candidate.mathType()) {
            case cudnnMathType.CUDNN_TENSOR_OP_MATH -> options.math() == MathMode.TF32;
            // rounds factors to half precision
            case cudnnMathType.CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION -> false;
            default -> true;
        };
        return candidate.status() == 0 && math && (candidate.deterministic() || !options.deterministic())
                && candidate.workspaceBytes() <= options.workspaceLimitBytes();
    }

    private int mathType(Candidate candidate) {
        return options.math() == MathMode.FP32 ? ConvolutionDescriptors.mathType(MathMode.FP32) : candidate.mathType();
    }

    /** Timed with the workspace that those of the guesses need that fit; empty where there is no memory to try. */
    private Optional<List<Candidate>> measured(Cudnn library, ConvolutionPass pass,
                                               ConvolutionDescriptors descriptors, List<Candidate> guesses) {
        long workspace = guesses.stream().filter(this::fits).mapToLong(Candidate::workspaceBytes).max().orElse(0);
        Optional<TrialMemory> trial = TrialMemory.take(context, descriptors.geometry(), workspace);
        if (trial.isEmpty()) {
            return Optional.empty();
        }
        try (TrialMemory memory = trial.get()) {
            return Optional.of(pass.measure(library, descriptors, memory.memory()));
        }
    }
}
