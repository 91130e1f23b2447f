package lobule.device.cuda.convolution;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import jcuda.jcudnn.cudnnMathType;
import lobule.device.cuda.convolution.ConvolutionPass.Candidate;
import lobule.device.cuda.driver.CudaCallException;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.Staging;
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
    private final MathMode math;
    private final RecordedAlgorithms recorded;
    private final SuspectedResults suspicion;
    private final Consumer<String> notices;
    private final Map<String, AlgorithmChoice> made = new HashMap<>();

    /** @param notices told where an algorithm is not chosen as it should be, and why */
    public AlgorithmSearch(CudaOptions options, CudaContext context, RecordedAlgorithms recorded,
                           Staging staging, Consumer<String> notices) {
        this.options = options;
        this.context = context;
        this.math = options.math().on(context.capability());
        this.recorded = recorded;
        this.suspicion = new SuspectedResults(math, new ResultCheck(context, staging), notices);
        this.notices = notices;
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

    /** An algorithm of cuDNN, the first of its list that can be used under the math type that it is listed for. */
    AlgorithmChoice choose(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors) {
        int proposed = 0;
        for (int mathType : ConvolutionDescriptors.mathTypes(math)) {
            descriptors.setMathType(mathType);
            List<Candidate> candidates = candidates(library, pass, descriptors);
            for (Candidate candidate : candidates) {
                Optional<AlgorithmChoice> choice = usable(library, pass, descriptors, candidate);
                if (choice.isPresent()) {
                    return choice.get();
                }
            }
            proposed += candidates.size();
        }
        throw new CudaCallException("device cuda: cuDNN proposes no "
                + (options.deterministic() ? "deterministic " : "") + "algorithm for convolution "
                + pass.name() + " " + descriptors.geometry() + " with at most "
                + options.workspaceLimitBytes() + " bytes of workspace (" + proposed
                + " proposed); allow it more workspace or choose a smaller patch");
    }

    private List<Candidate> candidates(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors) {
        List<Candidate> guesses = pass.heuristics(library, descriptors);
        return options.deterministic() ? guesses : measured(library, pass, descriptors, guesses).orElse(guesses);
    }

    /**
     * The candidate as a choice, with the workspace that it needs under its own math type: what the list says holds for
     * the trial. Empty where it failed, rounds factors more than it may, or wants too much.
     */
    private Optional<AlgorithmChoice> usable(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors,
                                             Candidate candidate) {
        if (!fits(candidate)) {
            return Optional.empty();
        }
        descriptors.setMathType(candidate.mathType());
        OptionalLong bytes = workspaceBytes(library, pass, descriptors, candidate.algorithm());
        if (bytes.isEmpty() || bytes.getAsLong() > options.workspaceLimitBytes()) {
            return Optional.empty();
        }
        AlgorithmChoice choice = new AlgorithmChoice(AlgorithmChoice.CUDNN, candidate.algorithm(),
                candidate.mathType(), bytes.getAsLong(), candidate.deterministic());
        return suspicion.allows(library, pass, descriptors, choice) ? Optional.of(choice) : Optional.empty();
    }

    /** Scratch bytes under the math type that is set; empty where cuDNN does not do it. */
    private static OptionalLong workspaceBytes(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors,
                                               int algorithm) {
        try {
            return OptionalLong.of(pass.workspaceBytes(library, descriptors, algorithm));
        } catch (CudaCallException _) {
            return OptionalLong.empty();
        }
    }

    /** Scratch bytes of a recorded choice; empty where cuDNN does not do it, or it rounds factors more than it may. */
    OptionalLong workspaceBytes(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors,
                                AlgorithmChoice choice) {
        if (!allows(choice.mathType())) {
            return OptionalLong.empty();
        }
        descriptors.setMathType(choice.mathType());
        OptionalLong bytes = workspaceBytes(library, pass, descriptors, choice.algorithm());
        return bytes.isEmpty() || suspicion.allows(library, pass, descriptors,
                choice.withWorkspace(bytes.getAsLong())) ? bytes : OptionalLong.empty();
    }

    private boolean fits(Candidate candidate) {
        return candidate.status() == 0 && allows(candidate.mathType())
                && (candidate.deterministic() || !options.deterministic())
                && candidate.workspaceBytes() <= options.workspaceLimitBytes();
    }

    private boolean allows(int mathType) {
        return switch (mathType) {
            case cudnnMathType.CUDNN_FMA_MATH -> true;
            // as float32 where the GPU has nothing less precise for it
            case cudnnMathType.CUDNN_DEFAULT_MATH ->
                    math == MathMode.TF32 || !MathMode.isRounding(context.capability());
            case cudnnMathType.CUDNN_TENSOR_OP_MATH -> math == MathMode.TF32;
            // ALLOW_CONVERSION rounds factors to half precision
            default -> false;
        };
    }

    /**
     * Timed with the workspace that those of the guesses need that fit; empty where there is no memory to try, or cuDNN
     * fails.
     */
    private Optional<List<Candidate>> measured(Cudnn library, ConvolutionPass pass,
                                               ConvolutionDescriptors descriptors, List<Candidate> guesses) {
        long workspace = guesses.stream().filter(this::fits).mapToLong(Candidate::workspaceBytes).max().orElse(0);
        Optional<TrialMemory> trial = TrialMemory.take(context, descriptors.geometry(), workspace);
        if (trial.isEmpty()) {
            return Optional.empty();
        }
        try (TrialMemory memory = trial.get()) {
            return Optional.of(pass.measure(library, descriptors, memory.memory()));
        } catch (CudaCallException e) {
            notices.accept(e.getMessage() + "; its own guess is taken");
            return Optional.empty();
        }
    }
}
