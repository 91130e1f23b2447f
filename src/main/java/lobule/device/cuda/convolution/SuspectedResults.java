package lobule.device.cuda.convolution;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import jcuda.jcudnn.cudnnMathType;
import lobule.device.cuda.driver.CudaCallException;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.library.SilentFaults;
import lobule.device.cuda.options.AlgorithmChoice;
import lobule.device.cuda.options.MathMode;

/**
 * Leaves out algorithms of a cuDNN with silently wrong kernels, unless their whole result on the very layer agrees with
 * that of a plain algorithm in float32.
 */
final class SuspectedResults {
    private final MathMode math;
    private final ResultCheck check;
    private final Consumer<String> notices;
    private boolean said;

    /** @param notices told that algorithms are suspected, and which is left out */
    SuspectedResults(MathMode math, ResultCheck check, Consumer<String> notices) {
        this.math = math;
        this.check = check;
        this.notices = notices;
    }

    boolean allows(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors, AlgorithmChoice choice) {
        boolean suspected = choice.mathType() != cudnnMathType.CUDNN_FMA_MATH && SilentFaults.suspected(math,
                descriptors.geometry().input().spatialRank(), Cudnn.versionNumber());
        return !suspected || agrees(library, pass, descriptors, choice);
    }

    private boolean agrees(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors,
                           AlgorithmChoice choice) {
        if (!said) {
            notices.accept("device cuda: cuDNN " + Cudnn.version() + " is known for wrong " + math
                    + " kernels of 3D convolutions: each is compared with another algorithm before it is taken");
            said = true;
        }
        String layer = choice.label() + " in " + math + " is left out for " + pass.name() + " "
                + descriptors.geometry();
        OptionalDouble difference;
        try {
            difference = check.difference(library, pass, descriptors, math, choice,
                    plain(library, pass, descriptors, choice));
        } catch (CudaCallException e) {
            notices.accept("device cuda: " + layer + ": " + e.getMessage());
            return false;
        }
        if (difference.isEmpty()) {
            notices.accept("device cuda: " + layer + ": there is no memory to check it");
        } else if (!(difference.getAsDouble() <= 1)) {
            notices.accept(String.format(Locale.ROOT, "device cuda: %s: it is off by %.1f times what rounding explains",
                    layer, difference.getAsDouble()));
        }
        return difference.isPresent() && difference.getAsDouble() <= 1;
    }

    /** One of the two that every cuDNN has for every convolution, in float32. */
    private static AlgorithmChoice plain(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors,
                                         AlgorithmChoice other) {
        int algorithm = other.algorithm() == 0 ? 1 : 0;
        descriptors.setMathType(cudnnMathType.CUDNN_FMA_MATH);
        return new AlgorithmChoice(AlgorithmChoice.CUDNN, algorithm, cudnnMathType.CUDNN_FMA_MATH,
                pass.workspaceBytes(library, descriptors, algorithm), false);
    }
}
