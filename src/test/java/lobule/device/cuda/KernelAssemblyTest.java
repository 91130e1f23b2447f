package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import lobule.device.cuda.KernelAssembler.Resources;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every kernel assembles for every card without spilling registers, and docs/kernels.md says what it takes. To bring
 * the page up to date: {@code mvn test -Dtest=KernelAssemblyTest -Dlobule.kernels.write=true}.
 */
class KernelAssemblyTest {
    private static final List<String> CARDS =
        List.of("sm_60", "sm_61", "sm_70", "sm_75", "sm_80", "sm_86", "sm_89", "sm_90");
    private static final int THREADS = 256;
    /** Three blocks of 256 threads fit on a multiprocessor of 65536 registers: enough loads are under way. */
    private static final int MOST_REGISTERS = 65536 / (3 * THREADS);
    private static final Path PAGE = Path.of("docs/kernels.md");
    private static final String BEGIN = "<!-- made by KernelAssemblyTest -->\n";
    private static final String END = "<!-- end -->\n";

    /** By kernel, in the order of files and names, what each card says. */
    private static final Map<String, List<Resources>> KERNELS = new LinkedHashMap<>();

    @BeforeAll
    static void assemble() {
        for (Path ptx : KernelFiles.SHIPPED.ptx()) {
            for (String card : CARDS) {
                KernelAssembler.assemble(KernelFiles.read(ptx), card).forEach(resources ->
                    KERNELS.computeIfAbsent(resources.kernel(), _ -> new ArrayList<>()).add(resources));
            }
        }
    }

    @Test
    void everyKernelAssemblesForEveryCard() {
        assertTrue(KERNELS.size() >= 32, KERNELS.keySet().toString());
        KERNELS.forEach((kernel, onCards) -> assertEquals(CARDS.size(), onCards.size(), kernel));
    }

    @Test
    void nothingIsSpilled() {
        KERNELS.values().stream().flatMap(List::stream)
            .forEach(on -> assertEquals(0, on.spillBytes() + on.stackBytes(), on.toString()));
    }

    @Test
    void threeBlocksFitOnAMultiprocessor() {
        KERNELS.values().stream().flatMap(List::stream)
            .forEach(on -> assertTrue(on.registers() <= MOST_REGISTERS, on.toString()));
    }

    @Test
    void damagedPtxIsRefused() {
        String ptx = KernelFiles.read(KernelFiles.SHIPPED.ptx().getFirst()).replace("ret;", "retreat;");
        IllegalStateException refusal =
            assertThrows(IllegalStateException.class, () -> KernelAssembler.assemble(ptx, "sm_60"));
        assertTrue(refusal.getMessage().contains("retreat"), refusal.getMessage());
    }

    @Test
    void aSpillWouldBeSeen() {
        // 250 values alive at once do not fit into the 128 registers that 512 threads leave each.
        String loads = numbered("ld.volatile.global.f32 %%f%1$d, [%%rd1+%2$d];");
        String stores = numbered("st.volatile.global.f32 [%%rd1+%2$d], %%f%1$d;");
        String ptx = """
            .version 7.8
            .target sm_60
            .address_size 64
            .visible .entry greedy(.param .u64 greedy_param_0) .maxntid 512, 1, 1 .minnctapersm 2 {
                .reg .f32 %f<251>;
                .reg .b64 %rd<2>;
                ld.param.u64 %rd1, [greedy_param_0];
            """ + loads + "bar.sync 0;\n" + stores + "ret;\n}\n";
        assertTrue(KernelAssembler.assemble(ptx, "sm_60").getFirst().spillBytes() > 0);
    }

    @Test
    void pageIsUpToDate() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        String expected = page.substring(0, begin) + table() + page.substring(end);
        if (Boolean.getBoolean("lobule.kernels.write")) {
            Files.writeString(PAGE, expected);
            assumeTrue(false, PAGE + " was written");
        }
        assertEquals(expected, page, PAGE + " is out of date; mvn test -Dtest=KernelAssemblyTest "
            + "-Dlobule.kernels.write=true brings it up to date");
    }

    @Test
    void pageTellsOfEveryKernel() throws IOException {
        String prose = Files.readString(PAGE).replaceAll("(?s)" + BEGIN + ".*" + END, "");
        assertEquals(List.of(),
            KERNELS.keySet().stream().filter(kernel -> !prose.contains("`" + kernel + "`")).toList());
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| kernel | shared bytes | spilled bytes | registers on "
            + String.join(" | ", CARDS) + " |\n|---|" + "---:|".repeat(CARDS.size() + 2) + "\n");
        KERNELS.forEach((kernel, onCards) -> table.append("| %s | %s | %s | %s |\n".formatted(kernel,
            onCards.stream().map(on -> "" + on.sharedBytes()).distinct().collect(Collectors.joining(" or ")),
            onCards.stream().mapToInt(Resources::spillBytes).max().orElseThrow(),
            onCards.stream().map(on -> "" + on.registers()).collect(Collectors.joining(" | ")))));
        return table.toString();
    }

    private static String numbered(String instruction) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 250; i++) {
            lines.append(instruction.formatted(i, i * Float.BYTES)).append('\n');
        }
        return lines.toString();
    }
}
