package lobule.device.cpu.voxels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.cpu.machine.Span;
import lobule.device.cpu.machine.WorkerPool;
import lobule.tensor.Shape;

/** Turns NCDHW, as the host gives and takes activations, into NDHWC and back. */
public final class ChannelsLast {
    private final Span voxels;
    private final long batch;
    private final long channels;

    public ChannelsLast(Shape shape) {
        this.voxels = new Span(shape.voxels());
        this.batch = shape.batch();
        this.channels = shape.channels();
    }

    public void toDevice(MemorySegment planar, MemorySegment channelsLast, WorkerPool workers) {
        for (long n = 0; n < batch; n++) {
            long start = n * channels * voxels.elements();
            WorkerPool.Chunks chunks = chunk -> {
                for (long v = voxels.start(chunk); v < voxels.end(chunk); v++) {
                    for (long c = 0; c < channels; c++) {
                        channelsLast.setAtIndex(ValueLayout.JAVA_FLOAT, start + v * channels + c,
                                planar.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, start + c * voxels.elements() + v));
                    }
                }
            };
            workers.run(voxels.chunks(), chunks);
        }
    }

    public void toHost(MemorySegment channelsLast, MemorySegment planar, WorkerPool workers) {
        for (long n = 0; n < batch; n++) {
            long start = n * channels * voxels.elements();
            WorkerPool.Chunks chunks = chunk -> {
                for (long v = voxels.start(chunk); v < voxels.end(chunk); v++) {
                    for (long c = 0; c < channels; c++) {
                        planar.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, start + c * voxels.elements() + v,
                                channelsLast.getAtIndex(ValueLayout.JAVA_FLOAT, start + v * channels + c));
                    }
                }
            };
            workers.run(voxels.chunks(), chunks);
        }
    }
}
