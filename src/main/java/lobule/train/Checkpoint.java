package lobule.train;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lobule.checkpoint.CheckpointException;
import lobule.checkpoint.ElementType;
import lobule.checkpoint.LabelMetadata;
import lobule.checkpoint.Metadata;
import lobule.checkpoint.ModelDescription;
import lobule.checkpoint.SafeTensors;
import lobule.checkpoint.SafeTensorsWriter;
import lobule.nn.TrainingModel;
import lobule.op.Value;
import lobule.op.Value.Role;

/**
 * How far a run is, and its files: {@code state.safetensors} with everything that the next step depends on, so that a
 * run goes on bit by bit as if it had not been interrupted, and {@code model.safetensors} with the network alone. Each
 * is written whole or not at all, and only the first is read back, so that a crash between the two does no harm.
 *
 * @param step      optimiser steps done
 * @param microStep mini-batches done
 */
record Checkpoint(long step, long microStep) {
    private static final String STEP = "step";
    private static final String MICRO_STEP = "micro_step";
    private static final long MOST = Long.MAX_VALUE - 1;

    /** Writes both files. */
    void write(RunFolder folder, TrainConfig config, TrainingData data, TrainingModel model) {
        tensors(config, data, model, List.of(Role.PARAMETER, Role.STATE, Role.OPTIMIZER)).write(folder.state());
        tensors(config, data, model, List.of(Role.PARAMETER, Role.STATE)).write(folder.model());
    }

    private SafeTensorsWriter tensors(TrainConfig config, TrainingData data, TrainingModel model,
                                      List<Role> roles) {
        SafeTensorsWriter writer = new SafeTensorsWriter(metadata(config, data));
        for (Value value : values(model, roles)) {
            writer.add(value.name(), value.spec(), host -> model.download(value, host));
        }
        return writer;
    }

    /** The network's definition by the same keys as elsewhere, and all settings as YAML. */
    private Map<String, String> metadata(TrainConfig config, TrainingData data) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(STEP, String.valueOf(step));
        metadata.put(MICRO_STEP, String.valueOf(microStep));
        metadata.putAll(Metadata.of(config.unet()));
        metadata.put(ModelDescription.SPACING, data.spacing().stored());
        metadata.putAll(LabelMetadata.of(data.labels()));
        metadata.put("loss", config.loss().name());
        metadata.put("config", ConfigLayers.yaml(config.withOut(null)));
        return metadata;
    }

    private static List<Value> values(TrainingModel model, List<Role> roles) {
        List<Value> values = new ArrayList<>();
        roles.forEach(role -> values.addAll(model.training().graph().values(role)));
        return values;
    }

    private static Checkpoint of(SafeTensors file) {
        Metadata metadata = new Metadata(file);
        return new Checkpoint(metadata.whole(STEP, 0, MOST), metadata.whole(MICRO_STEP, 0, MOST));
    }

    /**
     * How far a run is.
     *
     * @throws CheckpointException where the file is damaged
     */
    static Checkpoint read(RunFolder folder) {
        try (SafeTensors file = SafeTensors.open(folder.state())) {
            return of(file);
        }
    }

    /**
     * Restores a model.
     *
     * @throws CheckpointException where the file is damaged or of another network or optimiser
     */
    static Checkpoint load(RunFolder folder, TrainingModel model) {
        try (SafeTensors file = SafeTensors.open(folder.state())) {
            Checkpoint checkpoint = of(file);
            Map<Value, MemorySegment> contents = new LinkedHashMap<>();
            for (Value value : values(model, List.of(Role.PARAMETER, Role.STATE, Role.OPTIMIZER))) {
                contents.put(value, file.entry(value.name(), ElementType.of(value.spec().type()), value.spec().shape())
                        .data());
            }
            contents.forEach(model::upload);
            return checkpoint;
        }
    }
}
