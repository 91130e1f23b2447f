package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.xml.parsers.DocumentBuilderFactory;
import lobule.device.DeviceUnavailableException;
import lobule.device.reference.ReferenceDevice;
import lobule.train.Presets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The plan as its user and the programs that read its JSON see it; on a machine without a GPU. */
class PlanCommandTest {
    private static final List<String> REGIONS = List.of("parameter_bytes", "gradient_bytes", "optimizer_bytes",
            "prefetch_bytes", "arena_bytes");

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int plan(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Devices devices = (name, threads, cuda) -> {
            if (name.equals("cuda")) {
                throw new DeviceUnavailableException("device cuda: none here", null);
            }
            return new ReferenceDevice(threads);
        };
        String[] all = new String[arguments.length + 1];
        all[0] = "plan";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Lobule.commandLine(devices).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(all);
    }

    private JsonNode json(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = "--json";
        assertEquals(0, plan(all), err.toString());
        return JsonMapper.shared().readTree(out.toString());
    }

    private void assertRefused(String problem, String... arguments) {
        assertEquals(Failure.BAD_INPUT, plan(arguments), out.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().startsWith("lobule: ") && err.toString().contains(problem), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void theRegionsAddUpToTheTotal() {
        JsonNode plan = json("--experiment", "unet3d-renorm-dice", "--device", "cuda");
        // each region is given in granules of 2 MiB
        long sum = REGIONS.stream().mapToLong(key -> plan.get(key).asLong()).sum();
        long total = plan.get("total_bytes").asLong();
        assertTrue(total >= sum && total < sum + REGIONS.size() * (2L << 20), total + " for " + sum);
        assertEquals("[60,60,52]", plan.get("patch").toString());
        assertEquals("[148,148,140]", plan.get("input").toString());
        assertEquals(256L << 20, plan.get("workspace_bytes").asLong());
        assertEquals(3.04e12, plan.get("flop").asDouble(), 0.005e12);
        assertEquals("cuda", plan.get("device").asString());
        assertEquals("none", plan.get("recompute").asString());
        assertEquals(0, plan.get("recomputed_flop").asLong());
        long bound = plan.get("lower_bound_bytes").asLong();
        assertTrue(plan.get("arena_bytes").asLong() >= bound && plan.get("arena_bytes").asLong() <= 1.02 * bound);
        assertFalse(plan.has("fits") && !plan.get("fits").isNull(), plan.toString());
        assertEquals(10, plan.get("largest_values").size());
        assertTrue(plan.get("largest_values").get(0).get("name").asString().startsWith("encoder.0"));
    }

    @Test
    void optionsChangeWhatIsPlanned() {
        JsonNode wide = json("--experiment", "unet2d-dropout-renorm-cce", "--device", "reference");
        JsonNode narrow = json("--experiment", "unet2d-dropout-renorm-cce", "--base-channels", "8", "--patch", "28x20",
                "--device", "reference");
        assertEquals("[28,20]", narrow.get("patch").toString());
        assertEquals(8, narrow.get("base_channels").asInt());
        assertTrue(narrow.get("parameter_bytes").asLong() < wide.get("parameter_bytes").asLong() / 10);
        JsonNode limited = json("--experiment", "unet3d-renorm-dice", "--device", "cuda", "--workspace", "16");
        assertEquals(16L << 20, limited.get("workspace_bytes").asLong());
    }

    /** The aims that the experiments were planned for, a workspace of 256 MiB included. */
    @Test
    void recomputingSavesMemoryAndSaysWhatItCosts() {
        JsonNode none = json("--experiment", "unet3d-renorm-dice", "--device", "cuda");
        JsonNode cheap = json("--experiment", "unet3d-renorm-dice", "--device", "cuda", "--recompute", "cheap");
        assertTrue(none.get("total_bytes").asLong() <= 2.5 * (1L << 30), none.toString());
        assertTrue(cheap.get("total_bytes").asLong() <= 2L << 30, cheap.toString());
        assertEquals(cheap.get("flop").asLong() - none.get("flop").asLong(), cheap.get("recomputed_flop").asLong());
        assertTrue(cheap.get("recomputed_flop").asDouble() < 0.02 * none.get("flop").asDouble(), cheap.toString());
        assertRefused("recompute is \"all\", expected", "--recompute", "all");
    }

    @Test
    void theTableFitsOneScreen() {
        assertEquals(0, plan("--experiment", "unet3d-renorm-dice", "--device", "cuda"), err.toString());
        String text = out.toString();
        assertTrue(text.lines().count() <= 24 && text.lines().allMatch(line -> line.length() <= 120), text);
        for (String expected : List.of("planned without a GPU, 256 MiB of workspace for every convolution",
                "input 148x148x140", "parameters   72.8 MiB", "512.0 MiB: CUDA context and cuDNN, assumed",
                "3.044 TFLOP a step", "largest values", "encoder.0.conv2")) {
            assertTrue(text.contains(expected), text);
        }
    }

    @Test
    void theLargestPatchOfEveryExperimentIsFound() {
        JsonNode plans = json("--memory-limit", "1500MiB", "--base-channels", "8", "--device", "cuda");
        assertEquals(Presets.experiments().stream().flatMap(name -> Stream.of(name + " none", name + " cheap",
                name + " level0")).toList(), StreamSupport.stream(plans.spliterator(), false)
                .map(plan -> plan.get("experiment").asString() + " " + plan.get("recompute").asString()).toList());
        for (JsonNode plan : plans) {
            assertTrue(plan.get("fits").asBoolean(), plan.toString());
            long needed = plan.get("total_bytes").asLong() + plan.get("room_bytes").asLong();
            assertTrue(needed <= 1500L << 20, plan.toString());
        }
        assertEquals(0, plan("--memory-limit", "1500MiB", "--base-channels", "8", "--device", "cuda"));
        assertEquals(3 + 1 + 3 * 4, out.toString().lines().count(), out.toString());
    }

    /** As the device on such a card would take it. */
    @ParameterizedTest
    @CsvSource({"8GiB, 256", "14GiB, 256", "15GiB, 1920", "80GiB, 2048"})
    void aLargeCardIsPlannedWithMoreWorkspace(String card, int mebibytes) {
        assertEquals(0, plan("--memory-limit", card, "--patch", "12x20x20", "--device", "cuda"), err.toString());
        assertTrue(out.toString().contains(mebibytes + " MiB of workspace for every"), out.toString());
        assertEquals(0, plan("--memory-limit", card, "--patch", "12x20x20", "--device", "cuda", "--workspace", "64"));
        assertTrue(out.toString().contains(" 64 MiB of workspace for every"), out.toString());
    }

    /** The one found fits, the next larger one does not. */
    @ParameterizedTest
    @CsvSource({"unet3d-renorm-dice, 1", "unet2d-dropout-renorm-cce, 0"})
    void theLargestPatchIsTheLargest(String experiment, int lower) {
        JsonNode found = json("--experiment", experiment, "--memory-limit", "1500MiB", "--base-channels", "8",
                "--device", "cuda");
        List<Long> patch = StreamSupport.stream(found.get("patch").spliterator(), false).map(JsonNode::asLong).toList();
        long size = patch.getFirst();
        assertEquals(size - 8L * lower, patch.getLast());
        String next = (size + 8) + "x" + (size + 8) + (lower == 1 ? "x" + size : "");
        assertEquals(Failure.CHECK_FAILED, plan("--experiment", experiment, "--memory-limit", "1500MiB",
                "--base-channels", "8", "--device", "cuda", "--recompute", found.get("recompute").asString(), "--patch",
                next));
        assertTrue(out.toString().contains("does not fit"), out.toString());
    }

    @Test
    void thePictureIsXml() throws Exception {
        Path file = folder.resolve("plan.svg");
        assertEquals(0, plan("--experiment", "unet2d-dropout-renorm-cce", "--device", "cuda", "--picture",
                file.toString()), err.toString());
        String text = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile())
                .getDocumentElement().getTextContent();
        for (String expected : List.of("unet2d-dropout-renorm-cce, patch 60x60", "encoder.0", "backward", "update")) {
            assertTrue(text.contains(expected), text);
        }
    }

    @Test
    void badArgumentsAreRefusedBeforeAnythingIsPlanned() {
        assertRefused("every size must be 8k + 4", "--experiment", "unet3d-renorm-dice", "--patch", "60x60x50");
        assertRefused("expected height x width", "--experiment", "unet2d-dropout-renorm-cce", "--patch", "60x60x52");
        assertRefused("experiment is \"unet4d\"", "--experiment", "unet4d");
        assertRefused("\"8GB\" is no amount of memory, expected one such as 8GiB", "--memory-limit", "8GB");
        assertRefused("--picture draws one plan", "--memory-limit", "8GiB", "--picture", "plan.svg");
        assertFalse(Files.exists(Path.of("plan.svg")));
    }

    @Test
    void aLimitThatNothingFitsIsRefusedWithTheWayOut() {
        assertRefused("not even patch 12x12x4 of unet3d-renorm-dice fits", "--experiment", "unet3d-renorm-dice",
                "--memory-limit", "600MiB", "--device", "cuda");
    }

    @Test
    void opsOfCudnnAreNotPlannedWithoutIt() {
        assertRefused("device cuda: none here", "--experiment", "unet3d-renorm-dice", "--device", "cuda", "--cudnn",
                "pool");
    }

    @Test
    void aPatchThatCudnnCannotCountIsRefused() {
        assertRefused("which cuDNN cannot address; choose a smaller patch", "--experiment", "unet3d-renorm-dice",
                "--patch", "404x404x396", "--device", "cuda");
    }
}
