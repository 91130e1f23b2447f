package lobule.benchmark.worker;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import lobule.benchmark.machine.ProcessMemory;
import lobule.benchmark.task.RecordedValues;
import lobule.benchmark.task.SeededValues;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.checkpoint.SafeTensors;
import tools.jackson.databind.json.JsonMapper;

/**
 * The other end of {@link WorkerProcess}: prepares one contender, then answers each command on standard input by one
 * line of JSON on standard output, until the input ends.
 */
public final class Worker {
    static final String STEP = "step";
    static final String FINGERPRINT = "fingerprint";
    static final String COMPARE = "compare ";
    static final String MEMORY = "memory";
    /** Starts every answer: native libraries print on standard output too. */
    static final String ANSWER = "answer ";
    private static final double NANOSECONDS = 1e-9;
    private static final long SEED = 20161109;

    private final Task task;
    private final Contender contender;
    private final PrintStream out;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final OperatingSystemMXBean system =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private Worker(Task task, Contender contender, PrintStream out) {
        this.task = task;
        this.contender = contender;
        this.out = out;
    }

    /** @param arguments the contender's name, the task as JSON, and a recorded step to start from, or none */
    public static void main(String[] arguments) {
        Task task = JsonMapper.shared().readValue(arguments[1], Task.class);
        if (arguments.length == 2) {
            answer(task, arguments[0], new SeededValues(task.trainingNetwork().initials(), SEED));
        } else {
            try (SafeTensors recorded = SafeTensors.open(Path.of(arguments[2]))) {
                answer(task, arguments[0], new RecordedValues(recorded));
            }
        }
    }

    private static Contender open(String name, Task task, StepValues values) {
        Stream<Contenders> others = ServiceLoader.load(Contenders.class).stream().map(ServiceLoader.Provider::get);
        return Stream.concat(Stream.of(new OwnContenders()), others)
                .flatMap(contenders -> contenders.open(name, task, values).stream()).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("contender is \"" + name
                        + "\", which nothing on the class path provides"));
    }

    private static void answer(Task task, String name, StepValues values) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (Contender contender = open(name, task, values)) {
            Worker worker = new Worker(task, contender, out);
            worker.print(contender.description());
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String command = in.readLine(); command != null; command = in.readLine()) {
                worker.print(worker.answer(command));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the comparing process is gone", e);
        }
    }

    private void print(Object answer) {
        out.println(ANSWER + JsonMapper.shared().writeValueAsString(answer));
    }

    private Object answer(String command) {
        if (command.startsWith(COMPARE)) {
            try (SafeTensors recorded = SafeTensors.open(Path.of(command.substring(COMPARE.length())))) {
                return new StepInspection(task, contender).compare(recorded);
            }
        }
        return switch (command) {
            case STEP -> step();
            case FINGERPRINT -> new StepInspection(task, contender).fingerprint();
            case MEMORY -> contender.memory();
            default -> throw new IllegalArgumentException("unknown command " + command);
        };
    }

    private StepTime step() {
        long allocated = threads.getTotalThreadAllocatedBytes();
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        contender.step();
        double seconds = (System.nanoTime() - start) * NANOSECONDS;
        double cpuSeconds = (system.getProcessCpuTime() - cpu) * NANOSECONDS;
        return new StepTime(seconds, cpuSeconds, threads.getTotalThreadAllocatedBytes() - allocated,
                ProcessMemory.peakResident());
    }
}
