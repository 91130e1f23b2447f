package lobule.device.cuda.simulator;

import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxGetState;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuInit;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;
import static jcuda.driver.JCudaDriver.cuModuleUnload;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;

/** Small programs on two devices through JCuda: what is made in the context of one, used under that of the other. */
public final class TwoDevicesProgram {
    private final CUdevice[] devices = {new CUdevice(), new CUdevice()};
    private final CUcontext[] contexts = {new CUcontext(), new CUcontext()};
    private final CUmodule module = new CUmodule();
    private final CUfunction function = new CUfunction();
    private final CUstream stream = new CUstream();

    private TwoDevicesProgram(Path ptx) throws IOException {
        for (int i = 0; i < devices.length; i++) {
            cuDeviceGet(devices[i], i);
            cuDevicePrimaryCtxRetain(contexts[i], devices[i]);
        }
        cuCtxSetCurrent(contexts[0]);
        cuModuleLoadData(module, Files.readString(ptx) + "\0");
        cuModuleGetFunction(function, module, "read_at");
        cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING);
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
        TwoDevicesProgram program = new TwoDevicesProgram(Path.of(arguments[1]));
        program.run(arguments[0]);
        cuCtxSetCurrent(program.contexts[0]);
        cuStreamDestroy(program.stream);
        cuModuleUnload(program.module);
        cuDevicePrimaryCtxRelease(program.devices[0]);
        cuDevicePrimaryCtxRelease(program.devices[1]);
        System.out.println("done");
    }

    private void run(String name) {
        switch (name) {
            case "function" -> {
                cuCtxSetCurrent(contexts[1]);
                launch(new CUdeviceptr(), null);
            }
            case "stream" -> copy(stream);
            case "event" -> event();
            case "memory" -> memory();
            case "released" -> released();
            case "kept" -> kept();
            case "cudnn" -> cudnn();
            case "cublas" -> cublas();
            default -> throw new IllegalArgumentException("there is no program '" + name + "'");
        }
    }

    private void launch(CUdeviceptr buffer, CUstream on) {
        Pointer parameters = Pointer.to(Pointer.to(buffer), Pointer.to(new long[1]));
        cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, on, parameters, null);
    }

    private void copy(CUstream on) {
        cuCtxSetCurrent(contexts[1]);
        CUdeviceptr buffer = DeviceProgram.allocate(256);
        try {
            JCudaDriver.cuMemsetD8Async(buffer, (byte) 0, 256, on);
        } finally {
            cuMemFree(buffer);
        }
    }

    private void event() {
        CUevent event = new CUevent();
        cuEventCreate(event, 0);
        try {
            cuCtxSetCurrent(contexts[1]);
            cuEventRecord(event, null);
        } finally {
            cuEventDestroy(event);
        }
    }

    private void memory() {
        cuCtxSetCurrent(contexts[1]);
        CUdeviceptr buffer = DeviceProgram.upload(new float[64]);
        cuCtxSetCurrent(contexts[0]);
        launch(buffer, stream);
        cuMemcpyDtoH(Pointer.to(new float[64]), buffer, 256);
    }

    /** As a look at the other device would leave the thread. */
    private void released() {
        cuCtxSetCurrent(contexts[1]);
        cuDevicePrimaryCtxRelease(devices[1]);
        cuMemGetInfo(new long[1], new long[1]);
    }

    /** The context of a device that cuDNN has seen outlives its release. */
    private void kept() {
        int[] active = new int[1];
        cuCtxSetCurrent(contexts[1]);
        for (boolean seen : new boolean[] {false, true}) {
            if (seen) {
                cudnnHandle handle = new cudnnHandle();
                cuCtxSetCurrent(contexts[1]);
                JCudnn.cudnnCreate(handle);
                JCudnn.cudnnDestroy(handle);
            }
            cuDevicePrimaryCtxRelease(devices[1]);
            cuDevicePrimaryCtxGetState(devices[1], new int[1], active);
            System.out.println((seen ? "seen" : "unseen") + " and active " + active[0]);
            cuDevicePrimaryCtxRetain(contexts[1], devices[1]);
        }
    }

    private void cudnn() {
        cudnnHandle handle = new cudnnHandle();
        cuCtxSetCurrent(contexts[1]);
        JCudnn.cudnnCreate(handle);
        JCudnn.cudnnSetStream(handle, new cudaStream_t(stream));
    }

    private void cublas() {
        cublasHandle handle = new cublasHandle();
        JCublas2.cublasCreate(handle);
        cuCtxSetCurrent(contexts[1]);
        CUdeviceptr one = DeviceProgram.upload(new float[] {1});
        JCublas2.cublasSgemm(handle, 0, 0, 1, 1, 1, Pointer.to(new float[] {1}), one, 1, one, 1,
                Pointer.to(new float[1]), one, 1);
    }
}
