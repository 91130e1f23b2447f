package lobule.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import lobule.graph.Node;
import lobule.graph.Phase;
import lobule.plan.Placement;
import lobule.report.ArenaPicture;
import lobule.report.ArenaPicture.Kind;
import lobule.runtime.ArenaBlock;
import lobule.runtime.MemoryReport;

/** Draws a plan's arena. */
final class PlanPicture {
    /** An update has a node a parameter, and none of them has anything in the arena. */
    private static final double UPDATE_NODE_WIDTH = 0.2;

    private PlanPicture() {}

    /** @throws lobule.file.InputException where the place cannot be written to */
    static void write(Path file, PlannedStep step) {
        MemoryReport memory = step.memory();
        String title = step.config().experiment() + ", patch " + step.config().patch() + ", "
                + step.config().network().baseChannels() + " base channels: arena of "
                + Quantities.bytes(memory.arenaBytes());
        new ArenaPicture(title, memory.blocks().stream().map(PlanPicture::box).toList(), phases(memory.nodes()),
                stages(memory.nodes()), memory.arenaBytes(), memory.lowerBoundBytes()).write(file);
    }

    private static ArenaPicture.Box box(ArenaBlock block) {
        Placement placement = block.placement();
        Kind kind = switch (block.use()) {
            case INPUT -> Kind.INPUT;
            case KEPT -> Kind.KEPT;
            case TEMPORARY -> Kind.TEMPORARY;
            case WORKSPACE -> Kind.WORKSPACE;
        };
        return new ArenaPicture.Box(block.name(), kind, placement.lifetime().first(), placement.lifetime().last(),
                placement.offset(), placement.end());
    }

    private static List<ArenaPicture.Phase> phases(List<Node> nodes) {
        return runs(nodes, Node::phase).stream().map(run -> new ArenaPicture.Phase(
                run.key().name().toLowerCase(Locale.ROOT), run.first(), run.last(),
                run.key() == Phase.UPDATE ? UPDATE_NODE_WIDTH : 1)).toList();
    }

    private static List<ArenaPicture.Stage> stages(List<Node> nodes) {
        return runs(nodes, PlanPicture::stage).stream()
                .map(run -> new ArenaPicture.Stage(run.key(), run.first(), run.last())).toList();
    }

    /** Level of the network that a node belongs to, {@code encoder.0}; one for all nodes of the update. */
    private static String stage(Node node) {
        if (node.phase() == Phase.UPDATE) {
            return "";
        }
        String[] parts = node.name().split("\\.", -1);
        boolean level = parts.length > 1 && parts[1].chars().allMatch(Character::isDigit) && !parts[0].equals("loss");
        return level ? parts[0] + "." + parts[1] : parts[0];
    }

    /** Consecutive nodes of one key. */
    private record Run<T>(T key, int first, int last) {}

    private static <T> List<Run<T>> runs(List<Node> nodes, Function<Node, T> key) {
        List<Run<T>> runs = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            T value = key.apply(nodes.get(i));
            boolean same = !runs.isEmpty() && runs.getLast().key().equals(value);
            int first = same ? runs.removeLast().first() : i;
            runs.add(new Run<>(value, first, i));
        }
        return runs;
    }
}
