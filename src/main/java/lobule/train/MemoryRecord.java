package lobule.train;

import lobule.device.Device;
import lobule.file.JsonFile;
import lobule.nn.FreeMemory;
import lobule.nn.TrainingModel;

/**
 * Memory of the device that a run planned and took, as the driver counts it; components are the keys, there in snake
 * case.
 *
 * @param plannedBytes      of the model
 * @param takenBytes        by the model; less than planned by what kernels hold, which they take when prepared
 * @param freeOpenedBytes   free with the device open
 * @param freePreparedBytes once kernels were prepared and libraries loaded
 * @param freeTakenBytes    once the model had its memory
 * @param freeNowBytes      when this was written: before the first step, and again after the last
 */
record MemoryRecord(long plannedBytes, long takenBytes, long freeOpenedBytes, long freePreparedBytes,
                    long freeTakenBytes, long freeNowBytes) {
    /** Writes nothing for a device on the host's memory. */
    static void write(RunFolder folder, Device device, TrainingModel model) {
        model.freeMemory().map(free -> of(model.plannedBytes(), free, device.freeBytes().orElseThrow()))
                .ifPresent(record -> JsonFile.write(folder.memory(), record));
    }

    private static MemoryRecord of(long planned, FreeMemory free, long now) {
        return new MemoryRecord(planned, free.prepared() - free.taken(), free.opened(), free.prepared(), free.taken(),
                now);
    }
}
