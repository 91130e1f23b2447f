package lobule.device.cuda.kernel;

import static jcuda.driver.JCudaDriver.cuLaunchKernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;
import lobule.device.Tensor;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.driver.Driver;

/**
 * An own kernel with its arguments packed as the driver wants them: an array of addresses, each of one argument in a
 * slot of 8 bytes behind it, which is the size of every parameter of every kernel. Scalars of a step are written into
 * their slots; launching allocates nothing.
 */
public final class KernelCall {
    private static final long SLOT = 8;
    private static final Pointer NONE = null;

    private final String name;
    private final CUfunction function;
    private final CUstream stream;
    private final int blocks;
    /** The addresses, then the slots. */
    private final MemorySegment memory;
    private final long firstSlot;
    private final Pointer arguments;

    private KernelCall(Builder builder, int blocks) {
        this.name = builder.name;
        this.function = builder.function;
        this.stream = builder.stream;
        this.blocks = blocks;
        int count = builder.slots.size();
        this.firstSlot = count * SLOT;
        // Collected with this object: the driver copies the arguments before the launch returns.
        this.memory = Arena.ofAuto().allocate(2 * firstSlot, SLOT);
        for (int i = 0; i < count; i++) {
            memory.setAtIndex(ValueLayout.JAVA_LONG, i, memory.address() + slot(i));
            memory.set(ValueLayout.JAVA_LONG, slot(i), builder.slots.get(i));
        }
        this.arguments = Pointer.to(memory.asByteBuffer());
    }

    private long slot(int argument) {
        return firstSlot + argument * SLOT;
    }

    /** Changes an argument that the kernel takes as a 64-bit integer, counted from 0. */
    public void set(int argument, long value) {
        memory.set(ValueLayout.JAVA_LONG, slot(argument), value);
    }

    /** Changes an argument that the kernel takes as a double. */
    public void set(int argument, double value) {
        memory.set(ValueLayout.JAVA_DOUBLE, slot(argument), value);
    }

    public void launch() {
        int status = cuLaunchKernel(function, blocks, 1, 1, Kernels.BLOCK, 1, 1, 0, stream, arguments, NONE);
        if (status != 0) {
            Driver.check(status, "cuLaunchKernel", name + " with " + blocks + " blocks");
        }
    }

    /** Collects arguments in the order of the kernel's parameters. */
    public static final class Builder {
        private final String name;
        private final CUfunction function;
        private final CUstream stream;
        private final List<Long> slots = new ArrayList<>();

        public Builder(String name, CUfunction function, CUstream stream) {
            this.name = name;
            this.function = function;
            this.stream = stream;
        }

        public Builder pointers(DevicePointer... pointers) {
            for (DevicePointer pointer : pointers) {
                slots.add(pointer.address());
            }
            return this;
        }

        public Builder tensors(Tensor... tensors) {
            for (Tensor tensor : tensors) {
                pointers(DeviceBuffer.pointer(tensor));
            }
            return this;
        }

        public Builder sizes(long... sizes) {
            for (long size : sizes) {
                slots.add(size);
            }
            return this;
        }

        /** 1 for true. */
        public Builder flag(boolean value) {
            return sizes(value ? 1 : 0);
        }

        public Builder scalars(double... values) {
            for (double value : values) {
                slots.add(Double.doubleToRawLongBits(value));
            }
            return this;
        }

        /** Position of the next argument, for {@link KernelCall#set}. */
        public int next() {
            return slots.size();
        }

        /** @param blocks of {@link Kernels#BLOCK} threads */
        public KernelCall build(long blocks) {
            return new KernelCall(this, Math.toIntExact(blocks));
        }
    }
}
