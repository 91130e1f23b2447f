package lobule.device.cuda.convolution;

import java.util.Optional;
import java.util.OptionalLong;
import lobule.device.Launch;
import lobule.device.Step;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.EventTimer;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.library.Cublas;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.options.AlgorithmChoice;
import lobule.device.cuda.options.CudaOptions;

/** Makes the kernels of convolutions: by cuDNN, or by cuBLAS where they are products of matrices. */
public final class Convolutions implements ConvolutionKernels {
    /** Runs that are timed, after one that is not. */
    private static final int RUNS = 3;

    private final CudaOptions options;
    private final CudaContext context;
    private final Kernels kernels;
    private final Cudnn cudnn;
    private final Optional<Cublas> cublas;
    private final AlgorithmSearch search;

    public Convolutions(CudaOptions options, CudaContext context, Kernels kernels, Cudnn cudnn, Optional<Cublas> cublas,
                        AlgorithmSearch search) {
        this.options = options;
        this.context = context;
        this.kernels = kernels;
        this.cudnn = cudnn;
        this.cublas = cublas;
        this.search = search;
    }

    /** The pass without bias, as it is best computed. */
    @Override
    public ConvolutionKernel kernel(ConvolutionPass pass, ConvolutionGeometry geometry) {
        geometry.requireAddressable();
        Optional<AlgorithmChoice> known = search.made(pass, geometry)
                .or(() -> search.recorded(pass, geometry, choice -> workspace(choice, pass, geometry)));
        if (known.isPresent()) {
            return known.get().byCublas() ? product(pass, geometry) : byCudnn(pass, geometry, known);
        }
        if (!geometry.isProduct() || cublas.isEmpty()) {
            return byCudnn(pass, geometry, Optional.empty());
        }
        return options.deterministic() ? product(pass, geometry) : faster(pass, geometry);
    }

    /** Scratch bytes of a recorded choice; empty where it does not do this convolution. Products make do with any. */
    private OptionalLong workspace(AlgorithmChoice choice, ConvolutionPass pass, ConvolutionGeometry geometry) {
        if (choice.byCublas()) {
            return geometry.isProduct() ? OptionalLong.of(0) : OptionalLong.empty();
        }
        try (ConvolutionDescriptors descriptors = new ConvolutionDescriptors(geometry.forCudnn())) {
            return search.workspaceBytes(cudnn, pass, descriptors, choice);
        }
    }

    private ConvolutionKernel byCudnn(ConvolutionPass pass, ConvolutionGeometry geometry,
                                      Optional<AlgorithmChoice> known) {
        ConvolutionDescriptors descriptors = new ConvolutionDescriptors(geometry.forCudnn());
        try {
            AlgorithmChoice choice = known.orElseGet(() -> search.choose(cudnn, pass, descriptors));
            search.record(pass, geometry, choice);
            ConvolutionKernel kernel = new CudnnConvolution(cudnn, pass, descriptors, choice);
            return geometry.aligned() ? kernel : new CopiedInput(context, kernel, geometry);
        } catch (RuntimeException e) {
            descriptors.close();
            throw e;
        }
    }

    private ConvolutionKernel product(ConvolutionPass pass, ConvolutionGeometry geometry) {
        ConvolutionKernel kernel = geometry.transposed()
                ? new CublasUpConvolution(kernels, cublas.orElseThrow(), pass, geometry, options.workspaceLimitBytes())
                : new CublasPointwise(cublas.orElseThrow(), pass, geometry, options.workspaceLimitBytes());
        search.record(pass, geometry, AlgorithmChoice.cublas(kernel.workspaceBytes()));
        return kernel;
    }

    /** Both, timed where there is memory to try; else cuBLAS. */
    private ConvolutionKernel faster(ConvolutionPass pass, ConvolutionGeometry geometry) {
        ConvolutionKernel convolution = byCudnn(pass, geometry, Optional.empty());
        try {
            AlgorithmChoice convolutionChoice = search.made(pass, geometry).orElseThrow();
            ConvolutionKernel product = product(pass, geometry);
            Optional<TrialMemory> trial = TrialMemory.take(context, geometry,
                    Math.max(convolution.workspaceBytes(), product.workspaceBytes()));
            if (trial.isEmpty() || slower(convolution, product, trial.get())) {
                convolution.close();
                return product;
            }
            search.record(pass, geometry, convolutionChoice);
            return convolution;
        } catch (RuntimeException e) {
            convolution.close();
            throw e;
        }
    }

    private boolean slower(ConvolutionKernel one, ConvolutionKernel other, TrialMemory trial) {
        try (trial) {
            return seconds(one, trial.memory()) > seconds(other, trial.memory());
        }
    }

    private double seconds(ConvolutionKernel kernel, ConvolutionMemory memory) {
        Launch launch = kernel.bind(memory);
        Step step = new Step();
        launch.run(step);
        try (EventTimer timer = new EventTimer(context)) {
            timer.start();
            for (int run = 0; run < RUNS; run++) {
                launch.run(step);
            }
            timer.stop();
            return timer.seconds();
        }
    }
}
