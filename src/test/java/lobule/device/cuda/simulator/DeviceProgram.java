package lobule.device.cuda.simulator;

import static jcuda.driver.JCudaDriver.cuCtxCreate;
import static jcuda.driver.JCudaDriver.cuCtxDestroy;
import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuInit;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemAllocHost;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemsetD8;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;
import static jcuda.driver.JCudaDriver.cuModuleUnload;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;
import static jcuda.driver.JCudaDriver.cuStreamWaitEvent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcudnn.JCudnn;

/** Small programs on the device through JCuda, one right and the others each with one fault, in a JVM of their own. */
public final class DeviceProgram {
    private static final int COUNT = 1000;
    private static final String UNKNOWN_INSTRUCTION = """
            .version 7.8
            .target sm_60
            .address_size 64
            .visible .entry strange()
            {
                .reg .b32 %r<2>;

                wmma.load %r1;
                ret;
            }
            \0""";

    private final CUmodule module = new CUmodule();

    private DeviceProgram(Path ptx) throws IOException {
        cuModuleLoadData(module, Files.readString(ptx) + "\0");
    }

    /**
     * @param arguments the program's name and the file with the sample kernels
     * @throws IOException if the kernels cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        JCudaDriver.setExceptionsEnabled(true);
        JCudnn.setExceptionsEnabled(true);
        JCublas2.setExceptionsEnabled(true);
        cuInit(0);
        CUdevice device = new CUdevice();
        cuDeviceGet(device, 0);
        CUcontext context = new CUcontext();
        cuCtxCreate(context, 0, device);
        DeviceProgram program = new DeviceProgram(Path.of(arguments[1]));
        program.run(arguments[0]);
        cuCtxSynchronize();
        cuModuleUnload(program.module);
        cuCtxDestroy(context);
        System.out.println("done");
    }

    private void run(String name) {
        switch (name) {
            case "vector-add" -> vectorAdd();
            case "out-of-bounds" -> writeAt(256, 4 * 60);
            case "misaligned" -> writeAt(512, 2);
            case "unwritten" -> withBuffer(256, buffer -> launch("read_at", 32, Pointer.to(buffer), longs(0)));
            case "unwritten-download" -> withBuffer(8, buffer -> cuMemcpyDtoH(Pointer.to(new byte[8]), buffer, 8));
            case "use-after-free" -> useAfterFree();
            case "double-free" -> doubleFree();
            case "one-gibibyte" -> withBuffer(1L << 30, buffer -> { });
            case "two-streams" -> copyAndCompute(true);
            case "missing-wait" -> copyAndCompute(false);
            case "unknown-instruction" -> cuModuleLoadData(new CUmodule(), UNKNOWN_INSTRUCTION);
            case "leak" -> allocate(12345);
            case "out-of-memory" -> allocate(1L << 40);
            case "shared-race" -> launch("shared_race", 64);
            case "block-race" -> withBuffer(128, buffer -> cuLaunchKernel(function("block_race"), 5, 1, 1, 32, 1, 1, 0,
                    null, Pointer.to(Pointer.to(buffer)), null));
            case "divergent-barrier" -> launch("divergent_barrier", 32);
            default -> CudnnProgram.run(name);
        }
    }

    private void vectorAdd() {
        float[] left = new float[COUNT];
        float[] right = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            left[i] = i;
            right[i] = 0.5f * i;
        }
        CUdeviceptr a = upload(left);
        CUdeviceptr b = upload(right);
        CUdeviceptr sum = allocate(4L * COUNT);
        Pointer parameters = Pointer.to(Pointer.to(sum), Pointer.to(a), Pointer.to(b), Pointer.to(new int[] {COUNT}));
        cuLaunchKernel(function("vector_add"), 8, 1, 1, 128, 1, 1, 0, null, parameters, null);
        float[] result = new float[COUNT];
        cuMemcpyDtoH(Pointer.to(result), sum, 4L * COUNT);
        for (int i = 0; i < COUNT; i++) {
            if (result[i] != 1.5f * i) {
                throw new IllegalStateException("element " + i + " is " + result[i]);
            }
        }
        for (CUdeviceptr pointer : new CUdeviceptr[] {a, b, sum}) {
            cuMemFree(pointer);
        }
    }

    private void writeAt(long bytes, long offset) {
        withBuffer(bytes, buffer -> launch("write_at", 32, Pointer.to(buffer), longs(offset)));
    }

    private void useAfterFree() {
        CUdeviceptr buffer = allocate(256);
        cuMemsetD8(buffer, (byte) 0, 256);
        CUdeviceptr stale = buffer.withByteOffset(0);
        cuMemFree(buffer);
        launch("read_at", 32, Pointer.to(stale), longs(0));
    }

    /** A kernel reads what a copy in another stream brings; without a wait it may come too early. */
    private void copyAndCompute(boolean wait) {
        CUstream copies = new CUstream();
        CUstream compute = new CUstream();
        CUevent copied = new CUevent();
        Pointer host = new Pointer();
        cuStreamCreate(copies, CUstream_flags.CU_STREAM_NON_BLOCKING);
        cuStreamCreate(compute, CUstream_flags.CU_STREAM_NON_BLOCKING);
        cuEventCreate(copied, CUevent_flags.CU_EVENT_DISABLE_TIMING);
        cuMemAllocHost(host, 128);
        CUdeviceptr buffer = allocate(128);
        cuMemcpyHtoDAsync(buffer, host, 128, copies);
        cuEventRecord(copied, copies);
        if (wait) {
            cuStreamWaitEvent(compute, copied, 0);
        }
        Pointer parameters = Pointer.to(Pointer.to(buffer), longs(0));
        cuLaunchKernel(function("read_at"), 1, 1, 1, 32, 1, 1, 0, compute, parameters, null);
        cuStreamSynchronize(compute);
        cuMemFree(buffer);
        cuMemFreeHost(host);
        cuEventDestroy(copied);
        cuStreamDestroy(compute);
        cuStreamDestroy(copies);
    }

    private static void doubleFree() {
        CUdeviceptr buffer = allocate(256);
        CUdeviceptr again = buffer.withByteOffset(0);
        cuMemFree(buffer);
        cuMemFree(again);
    }

    private static void withBuffer(long bytes, Consumer<CUdeviceptr> use) {
        CUdeviceptr buffer = allocate(bytes);
        use.accept(buffer);
        cuMemFree(buffer);
    }

    private static Pointer longs(long value) {
        return Pointer.to(new long[] {value});
    }

    private CUfunction function(String name) {
        CUfunction function = new CUfunction();
        cuModuleGetFunction(function, module, name);
        return function;
    }

    private void launch(String kernel, int threads, Pointer... parameters) {
        cuLaunchKernel(function(kernel), 1, 1, 1, threads, 1, 1, 0, null, Pointer.to(parameters), null);
    }

    static CUdeviceptr allocate(long bytes) {
        CUdeviceptr pointer = new CUdeviceptr();
        cuMemAlloc(pointer, bytes);
        return pointer;
    }

    static CUdeviceptr upload(float[] values) {
        CUdeviceptr pointer = allocate(4L * values.length);
        cuMemcpyHtoD(pointer, Pointer.to(values), 4L * values.length);
        return pointer;
    }
}
