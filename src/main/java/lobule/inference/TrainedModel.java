package lobule.inference;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lobule.checkpoint.CheckpointException;
import lobule.checkpoint.ElementType;
import lobule.checkpoint.ModelDescription;
import lobule.checkpoint.SafeTensors;
import lobule.graph.Graph;
import lobule.image.Intensities;
import lobule.image.Spacing;
import lobule.image.Volume;
import lobule.nn.UNet;
import lobule.nn.UNetConfig;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.Shape;

/** A network as training left it. Its tensors are mapped from the file, until this is closed. */
public final class TrainedModel implements AutoCloseable {
    private final SafeTensors file;
    private final ModelDescription description;

    private TrainedModel(SafeTensors file) {
        this.file = file;
        this.description = ModelDescription.of(file);
        requireTensors();
    }

    /** @throws CheckpointException where the file is no model, or a tensor does not fit the network it describes */
    @SuppressWarnings("MustBeClosedChecker")
    public static TrainedModel open(Path path) {
        SafeTensors file = SafeTensors.open(path);
        try {
            return new TrainedModel(file);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Parameters do not depend on the size of the output: the smallest one will do. */
    private void requireTensors() {
        long size = UNetConfig.legalOutputBelow(0);
        long classes = network().classes();
        Shape smallest = network().rank() == 3 ? Shape.of(1, classes, size, size, size)
                : Shape.of(1, classes, size, size);
        contents(UNet.prediction(network(), smallest).graph());
    }

    /** The value of everything in a graph of this network that training made. */
    Map<Value, MemorySegment> contents(Graph graph) {
        Map<Value, MemorySegment> contents = new LinkedHashMap<>();
        for (Role role : List.of(Role.PARAMETER, Role.STATE)) {
            for (Value value : graph.values(role)) {
                contents.put(value, file.entry(value.name(), ElementType.of(value.spec().type()), value.spec().shape())
                        .data());
            }
        }
        return contents;
    }

    public Path file() {
        return file.file();
    }

    public ModelDescription description() {
        return description;
    }

    /** What is doubtful about a volume for this network, a sentence each: its file, values and spacing. */
    public List<String> doubts(Volume image) {
        List<String> doubts = new ArrayList<>(image.notes());
        Intensities.of(image).doubt(description.window()).ifPresent(doubts::add);
        description.spacing().flatMap(Spacing.of(image.grid())::doubt).ifPresent(doubts::add);
        return doubts;
    }

    UNetConfig network() {
        return description.network();
    }

    @Override
    public void close() {
        file.close();
    }
}
