package lobule.device.cuda.simulator;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lobule.nn.Loss;
import lobule.nn.MemorySaving;
import lobule.nn.Recompute;
import lobule.nn.UNet;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.op.Value;

/** A step measured with few base channels, scaled to another number of them, as a table for the documentation. */
final class StepTable {
    private static final List<Card> CARDS = List.of(Card.GTX_1080, Card.A100, Card.H100);
    /** Of tensors with as many channels as there are classes; all other activations have a multiple of the base. */
    private static final Set<String> OF_LOGITS = Set.of("add_bias", "bias_gradient_partial", "bias_gradient_finish",
            "dice_partial", "dice_finish", "dice_backward", "score_partial", "score_finish");
    private static final Set<String> OF_PARAMETERS = Set.of("adam", "gradient_norm_partial", "gradient_norm_finish");

    private final Map<String, KernelProfile> kernels = new LinkedHashMap<>();

    /** @param measured lines of a run of {@link StepProgram} with {@code channels} base channels */
    StepTable(List<KernelProfile> measured, int channels, int wantedChannels) {
        double ofParameters = (double) parameters(wantedChannels) / parameters(channels);
        for (KernelProfile line : measured) {
            double factor = OF_LOGITS.contains(line.kernel()) ? 1
                    : OF_PARAMETERS.contains(line.kernel()) ? ofParameters : (double) wantedChannels / channels;
            kernels.merge(line.kernel(), line.times(factor), KernelProfile::plus);
        }
    }

    private static long parameters(int channels) {
        UNetConfig config = StepProgram.config(channels);
        return UNet.training(config, StepProgram.OUTPUT, Loss.of(Loss.Kind.DICE), new Adam(0.9, 0.999, 1e-8, 1),
                        new MemorySaving(true, Recompute.NONE)).graph().values(Value.Role.PARAMETER).stream()
                .mapToLong(value -> value.spec().shape().elements()).sum();
    }

    String markdown() {
        StringBuilder table = new StringBuilder("| kernel | launches | least GB | moved / least |");
        CARDS.forEach(card -> table.append(" %s: memory, arithmetic ms |".formatted(card.name())));
        table.append("\n|---|").append("---:|".repeat(3 + CARDS.size())).append('\n');
        kernels.values().stream().sorted(Comparator.comparingDouble(KernelProfile::bytes).reversed())
                .forEach(kernel -> table.append(row(kernel)));
        return table.append(sum()).toString();
    }

    private static String row(KernelProfile kernel) {
        StringBuilder row = new StringBuilder("| %s | %.0f | %.3f | %.2f |".formatted(kernel.kernel(),
                kernel.launches(), kernel.leastBytes() / 1e9, kernel.excess()));
        CARDS.forEach(card -> row.append(" %.2f, %.2f |".formatted(1e3 * card.memorySeconds(kernel),
                1e3 * card.arithmeticSeconds(kernel))));
        return row.append('\n').toString();
    }

    private String sum() {
        KernelProfile all = kernels.values().stream().reduce(KernelProfile::plus).orElseThrow();
        StringBuilder row = new StringBuilder("| all | %.0f | %.3f | %.2f |".formatted(all.launches(),
                all.leastBytes() / 1e9, all.excess()));
        CARDS.forEach(card -> row.append(" %.2f, %.2f |".formatted(1e3 * card.memorySeconds(all),
                1e3 * kernels.values().stream().mapToDouble(card::arithmeticSeconds).sum())));
        return row.append('\n').toString();
    }
}
