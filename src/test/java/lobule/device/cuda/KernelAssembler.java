package lobule.device.cuda;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** NVIDIA's assembler from PTX to a card's own instructions; it needs no card. */
final class KernelAssembler {
    private static final Pattern KERNEL = Pattern.compile("Compiling entry function '(\\w+)'.*"
        + "\\R.*\\R\\D*(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads"
        + "\\R.*Used (\\d+) registers(.*)");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    private KernelAssembler() {}

    /** What a kernel takes on one card. */
    record Resources(String kernel, int registers, int sharedBytes, int stackBytes, int spillBytes) {}

    /** Assembles all kernels of a PTX text for a card such as {@code sm_60}, in order of name. */
    static List<Resources> assemble(String ptx, String card) {
        byte[] text = (ptx + "\0").getBytes(StandardCharsets.US_ASCII);
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        require(JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length - 1, text), "nvPTXCompilerCreate", "");
        try {
            String[] options = {"--gpu-name=" + card, "--verbose"};
            int status = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
            require(status, "nvPTXCompilerCompile for " + card, errorLog(compiler));
            return parse(informationLog(compiler));
        } finally {
            require(JNvPTXCompiler.nvPTXCompilerDestroy(compiler), "nvPTXCompilerDestroy", "");
        }
    }

    private static List<Resources> parse(String log) {
        List<Resources> kernels = new ArrayList<>();
        Matcher kernel = KERNEL.matcher(log);
        while (kernel.find()) {
            Matcher shared = SHARED.matcher(kernel.group(6));
            kernels.add(new Resources(kernel.group(1), number(kernel, 5), shared.find() ? number(shared, 1) : 0,
                number(kernel, 2), number(kernel, 3) + number(kernel, 4)));
        }
        kernels.sort((a, b) -> a.kernel().compareTo(b.kernel()));
        return kernels;
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }

    private static String informationLog(nvPTXCompilerHandle compiler) {
        long[] size = new long[1];
        require(JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size), "nvPTXCompilerGetInfoLogSize", "");
        byte[] log = new byte[Math.toIntExact(size[0]) + 1];
        require(JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log), "nvPTXCompilerGetInfoLog", "");
        return new String(log, StandardCharsets.UTF_8);
    }

    private static String errorLog(nvPTXCompilerHandle compiler) {
        long[] size = new long[1];
        require(JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size), "nvPTXCompilerGetErrorLogSize", "");
        byte[] log = new byte[Math.toIntExact(size[0]) + 1];
        if (size[0] > 0) {
            require(JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log), "nvPTXCompilerGetErrorLog", "");
        }
        return new String(log, StandardCharsets.UTF_8).replace("\0", "");
    }

    private static void require(int status, String call, String log) {
        if (status != 0) {
            throw new IllegalStateException(call + " failed with status " + status + ": " + log);
        }
    }
}
