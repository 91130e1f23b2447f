package lobule.device.cuda;

import static jcuda.driver.JCudaDriver.cuInit;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import jcuda.driver.CUresult;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.DeviceOwner;
import lobule.device.DeviceUnavailableException;
import lobule.device.Kernel;
import lobule.device.Tensor;
import lobule.device.Timer;
import lobule.device.cuda.convolution.AlgorithmSearch;
import lobule.device.cuda.convolution.Convolutions;
import lobule.device.cuda.convolution.RecordedAlgorithms;
import lobule.device.cuda.convolution.WarmConvolutions;
import lobule.device.cuda.driver.Cleanup;
import lobule.device.cuda.driver.CudaCallException;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.CudaLibraries;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.EventTimer;
import lobule.device.cuda.driver.Transfers;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.library.Cublas;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.options.AlgorithmChoices;
import lobule.device.cuda.options.AlgorithmReuse;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.MathMode;
import lobule.device.host.HostJvm;
import lobule.op.Op;
import lobule.tensor.TensorSpec;

/**
 * A GPU of NVIDIA, compute capability 6.0 or newer. Memory is taken from the driver one region a call; launches are
 * enqueued on one stream and nothing waits for them but downloads and {@link #synchronize}. The thread that opens the
 * device uses it.
 */
public final class CudaDevice implements Device {
    private final DeviceOwner owner = new DeviceOwner("cuda");
    private final Cleanup cleanup = new Cleanup();
    private final int ordinal;
    private final CudaContext context;
    private final Transfers transfers;
    private final Cleanup timers;
    private final boolean times;
    private final AlgorithmSearch search;
    private final OpKernels ops;
    private final String description;
    private final String hardware;
    private final boolean fuses;
    private final MathMode math;
    private final long workspaceLimitBytes;

    /**
     * @throws DeviceUnavailableException where there is no GPU, or a library is missing: which, why, and what to do
     * @throws CudaCallException          where the driver refuses
     */
    public CudaDevice(CudaOptions options) {
        this(options, _ -> {});
    }

    /**
     * @param notices told where the device does otherwise than asked, a sentence each
     * @throws DeviceUnavailableException where there is no GPU, or a library is missing: which, why, and what to do
     * @throws CudaCallException          where the driver refuses
     */
    public CudaDevice(CudaOptions asked, Consumer<String> notices) {
        HostJvm.requirePinning("cuda", Runtime.version());
        HostJvm.requireNativeAccess("cuda");
        ordinal = asked.ordinal();
        fuses = asked.cudnnOps().isEmpty();
        CudaLibraries libraries = CudaLibraries.load(asked.libraryFolders());
        libraries.require();
        initialise();
        try {
            context = cleanup.own(new CudaContext(ordinal));
            CudaOptions options = asked.on(context.totalBytes(), context.freeBytes());
            workspaceLimitBytes = options.workspaceLimitBytes();
            math = options.math().on(context.capability());
            if (math != options.math()) {
                notices.accept("device cuda: " + context.name() + " has no " + options.math() + ", which begins with "
                        + "compute capability 8.0: products are computed in " + math);
            }
            Kernels kernels = cleanup.own(new Kernels(context));
            transfers = cleanup.own(new Transfers(context));
            Cudnn cudnn = cleanup.own(new Cudnn(context));
            Optional<Cublas> cublas = libraries.cublas().loaded()
                    ? Optional.of(cleanup.own(new Cublas(libraries.cublas(), context, options.math())))
                    : Optional.empty();
            hardware = context.name() + ", cuDNN " + Cudnn.version();
            description = hardware + ", "
                    + cublas.map(library -> "cuBLAS " + library.version()).orElse("no cuBLAS") + ", "
                    + options.math() + (options.deterministic() ? ", deterministic" : "");
            search = new AlgorithmSearch(options, context,
                    new RecordedAlgorithms(options, hardware, cublas.isPresent()), transfers.staging(), notices);
            times = options.profile();
            timers = cleanup.own(new Cleanup());
            ops = new OpKernels(context, transfers.staging(), kernels,
                    new WarmConvolutions(context,
                            new Convolutions(options, context, kernels, cudnn, cublas, search)),
                    cudnn, options.cudnnOps());
            cleanup.add(context::drain);
        } catch (RuntimeException | LinkageError e) {
            cleanup.closeAfter(e);
            throw e;
        }
    }

    private static void initialise() {
        int status = cuInit(0);
        if (status != CUresult.CUDA_SUCCESS) {
            throw new DeviceUnavailableException("device cuda: the driver cannot be started ("
                    + CUresult.stringFor(status) + "); look at nvidia-smi and at CUDA_VISIBLE_DEVICES", null);
        }
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public String description() {
        return description;
    }

    /** This GPU, with what is free on it now. */
    public CudaReport.Gpu gpu() {
        requireUsable();
        return CudaReport.Gpu.of(ordinal, context);
    }

    /** Most scratch memory of one algorithm: what was asked for, or else what suits this card. */
    public long workspaceLimitBytes() {
        return workspaceLimitBytes;
    }

    /** Not where cuDNN is to compute single ops: fused ones have no counterpart there. */
    @Override
    public boolean fuses() {
        return fuses;
    }

    @Override
    public double roundoff() {
        return math.roundoff();
    }

    @Override
    public Buffer allocate(long bytes) {
        requireUsable();
        return DeviceBuffer.allocate(bytes, context.name());
    }

    @Override
    public Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
        requireUsable();
        List<TensorSpec> expected = op.outputs(inputs, states);
        if (!outputs.equals(expected)) {
            throw new IllegalArgumentException(op.label() + ": outputs are " + outputs + ", expected " + expected);
        }
        return ops.kernel(op, inputs, states, outputs);
    }

    /**
     * How the convolutions prepared so far are computed, to be saved with a run and given to {@link CudaOptions} again.
     */
    public AlgorithmChoices choices() {
        return new AlgorithmChoices(hardware, search.made());
    }

    /** What became of the choices that {@link CudaOptions#recorded} brought, for the convolutions prepared so far. */
    public AlgorithmReuse reuse() {
        return search.reuse();
    }

    /** Only where {@link CudaOptions#profile} was asked for: two events a launch. */
    @Override
    public Optional<Timer> timer() {
        return times ? Optional.of(timers.own(new EventTimer(context))) : Optional.empty();
    }

    @Override
    public long takenBytes(List<Long> allocations) {
        return DeviceBuffer.takenBytes(allocations);
    }

    @Override
    public OptionalLong freeBytes() {
        owner.requireUsable();
        return OptionalLong.of(context.freeBytes());
    }

    @Override
    public boolean prefetches() {
        return true;
    }

    @Override
    public void prefetch(MemorySegment source, Tensor ahead, Tensor destination) {
        requireUsable();
        requireSize(source, ahead);
        requireSize(source, destination);
        transfers.prefetch(source, ahead, destination);
    }

    @Override
    public void upload(MemorySegment source, Tensor destination) {
        requireUsable();
        requireSize(source, destination);
        transfers.upload(source, destination);
    }

    @Override
    public void download(Tensor source, MemorySegment destination) {
        requireUsable();
        requireSize(destination, source);
        transfers.download(source, destination);
    }

    private static void requireSize(MemorySegment host, Tensor tensor) {
        if (host.byteSize() != tensor.spec().bytes()) {
            throw new IllegalArgumentException("host memory has " + host.byteSize() + " bytes, expected "
                    + tensor.spec().bytes() + " for tensor " + tensor.spec());
        }
    }

    /** Also makes this GPU the one that the thread's calls go to, which may have used another meanwhile. */
    @Override
    public void requireUsable() {
        owner.requireUsable();
        context.makeCurrent();
    }

    @Override
    public void synchronize() {
        requireUsable();
        context.synchronize();
    }

    @Override
    public void close() {
        if (owner.close()) {
            try {
                context.makeCurrent();
            } catch (RuntimeException e) {
                cleanup.closeAfter(e);
                throw e;
            }
            cleanup.close();
        }
    }
}
