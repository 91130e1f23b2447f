package lobule.runtime;

import lobule.device.Buffer;

/**
 * What an executable's launches point into, by raw addresses.
 *
 * @param program owner of the kernels
 * @param regions of all that outlives a step
 * @param arena   of activations and workspaces
 */
record BoundMemory(Program program, Regions regions, Buffer arena) {

    /** @throws IllegalStateException naming what is closed */
    void requireOpen() {
        program.requireOpen();
        regions.requireOpen();
        if (!arena.isOpen()) {
            throw new IllegalStateException("the arena of " + arena.bytes() + " bytes is used after it was closed");
        }
    }
}
