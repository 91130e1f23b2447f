package lobule.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import lobule.checkpoint.CheckpointException;
import lobule.nn.Loss;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a file of a training step may say, and how it is refused. */
class StepFixtureTest {
    @TempDir
    private Path folder;

    private static Arguments damage(Consumer<FixtureCopy> change, String problem) {
        return Arguments.of(change, problem);
    }

    static Stream<Arguments> damaged() {
        return Stream.of(
                damage(copy -> copy.metadata().clear(), "metadata key bn_epsilon is missing"),
                damage(copy -> copy.metadata().remove("loss"), "metadata key loss is missing"),
                damage(copy -> copy.metadata().put("loss", "hinge"), "loss is \"hinge\", expected one of [dice,"),
                damage(copy -> copy.metadata().put("rank", "4"), "rank is 4, expected 2 or 3"),
                damage(copy -> copy.metadata().put("rank", "3"), "expected 4 axes"),
                damage(copy -> copy.metadata().put("rank", "two"), "metadata key rank is \"two\""),
                damage(copy -> copy.metadata().put("base_channels", "4.5"), "metadata key base_channels is \"4.5\""),
                damage(copy -> copy.metadata().put("base_channels", "8"), "expected F32(8x1x3x3)"),
                damage(copy -> copy.metadata().put("base_channels", "2147483647"),
                        "metadata key base_channels is \"2147483647\""),
                damage(copy -> copy.metadata().put("base_channels", "-1"), "metadata key base_channels is \"-1\""),
                damage(copy -> copy.metadata().put("in_channels", "2"), "tensor input is F32(1x1x92x108)"),
                damage(copy -> copy.metadata().put("classes", "3"), "tensor logits is F32(1x2x4x20)"),
                damage(copy -> copy.metadata().put("r_max", "0.5"), "metadata key r_max is \"0.5\""),
                damage(copy -> copy.metadata().put("d_max", "NaN"), "metadata key d_max is \"NaN\""),
                damage(copy -> copy.metadata().put("bn_epsilon", "0"), "metadata key bn_epsilon is \"0\""),
                damage(copy -> copy.metadata().put("bn_momentum", ""), "metadata key bn_momentum is \"\""),
                damage(copy -> copy.metadata().put("class_weights", "1,x"), "metadata key class_weights is \"1,x\""),
                damage(copy -> copy.metadata().put("class_weights", "1"), "one number for each of the 2 classes"),
                damage(copy -> copy.metadata().put("ignore_label", "256"), "metadata key ignore_label is \"256\""),
                damage(copy -> copy.remove("input"), "has no tensor input"),
                damage(copy -> copy.remove("target"), "has no tensor target"),
                damage(copy -> copy.remove("grad.head.bias"), "has no tensor grad.head.bias"),
                damage(copy -> copy.remove("after.encoder.3.norm2.running_std"),
                        "has no tensor after.encoder.3.norm2.running_std"),
                damage(copy -> copy.set("param.head.bias", TensorSpec.rowMajor(3)),
                        "tensor param.head.bias is F32(3), expected F32(2)"),
                damage(copy -> copy.set("target", TensorSpec.rowMajor(1, 4, 20)), "tensor target is F32(1x4x20)"),
                damage(copy -> copy.set("target", TensorSpec.rowMajor(DType.UINT8, 1, 5, 20)), "8k + 4"),
                damage(copy -> copy.data("target")[7] = 2, "tensor target holds label 2 at element 7"),
                damage(copy -> copy.set("param.decoder.3.up.weight", TensorSpec.rowMajor(1)),
                        "tensor param.decoder.3.up.weight is of no parameter"));
    }

    @ParameterizedTest
    @MethodSource("damaged")
    void whatDoesNotFitIsNamed(Consumer<FixtureCopy> change, String problem) {
        Path file = folder.resolve("damaged.safetensors");
        FixtureCopy copy = new FixtureCopy();
        change.accept(copy);
        copy.write(file);
        String message = assertThrows(CheckpointException.class, () -> StepFixture.open(file).close()).getMessage();
        assertTrue(message.startsWith(file + ": ") && message.contains(problem), message);
    }

    @Test
    void metadataAreRead() {
        try (StepFixture fixture = StepFixture.open(Path.of(
                "src/test/resources/fixtures/unet2d-cce-weighted-ignore.safetensors"))) {
            assertEquals(new Loss(Loss.Kind.CROSS_ENTROPY, List.of(1.0, 1.5, 2.0), 255), fixture.loss());
            assertEquals(3, fixture.config().classes());
            assertEquals(2, fixture.config().inChannels());
            assertEquals(1e-3, fixture.config().epsilon());
            assertEquals(Shape.of(1, 3, 12, 28), fixture.output());
            assertEquals(2, fixture.step().rMax);
            assertEquals(1, fixture.step().dMax);
        }
    }

    @Test
    void whatIsNotUsedIsReported() {
        FixtureCopy copy = new FixtureCopy();
        copy.metadata().put("seed", "7");
        copy.set("weight_map", TensorSpec.rowMajor(3));
        Path file = folder.resolve("more.safetensors");
        copy.write(file);
        try (StepFixture fixture = StepFixture.open(file)) {
            assertEquals(List.of("tensor weight_map", "metadata key seed"), fixture.unused());
        }
    }

    @Test
    void anIgnoredLabelIsAllowedOnlyWhereTheMetadataSaySo() {
        FixtureCopy copy = new FixtureCopy();
        copy.data("target")[0] = (byte) 255;
        Path file = folder.resolve("ignored.safetensors");
        copy.write(file);
        assertThrows(CheckpointException.class, () -> StepFixture.open(file).close());
        copy.metadata().put("ignore_label", "255");
        copy.write(file);
        StepFixture.open(file).close();
    }
}
