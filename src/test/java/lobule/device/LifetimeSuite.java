package lobule.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import lobule.graph.Graph;
import lobule.graph.Phase;
import lobule.op.Convolution;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.runtime.Executable;
import lobule.runtime.Program;
import lobule.runtime.Regions;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an embedder may ask of a device and what is refused: values that are gone, closed resources, other threads. */
abstract class LifetimeSuite extends OpSuite {
    private static final long SIZE = 600; // many chunks of work

    private final Graph graph = new Graph();
    private final Value x = graph.declare("x", Role.INPUT, TensorSpec.activation(Shape.of(1, 2, SIZE, SIZE)));
    private final Value w = graph.declare("w", Role.PARAMETER, TensorSpec.rowMajor(2, 2, 3, 3));
    private final Value first = convolution("first", x);
    private final Value second = convolution("second", first);
    private final Value third = convolution("third", second);

    private Program program;
    private Regions regions;
    private Buffer arena;
    private Executable executable;

    private Value convolution(String name, Value input) {
        return graph.add(name, Phase.FORWARD, new Convolution(false), List.of(input, w), List.of()).getFirst();
    }

    @BeforeEach
    void bind() {
        graph.keep(third);
        program = Program.prepare(device(), graph);
        regions = Regions.allocate(device(), graph);
        arena = device().allocate(program.plan().arenaBytes());
        executable = program.bind(regions, arena);
        for (Value value : List.of(x, w)) {
            executable.upload(host(value, Arena.ofAuto()).fill((byte) 0), value);
        }
        executable.run(Phase.FORWARD, new Step());
    }

    /** In whatever state the test left them: whoever closes twice, or in another order, comes to no harm. */
    @AfterEach
    void close() {
        if (executable != null) {
            for (int i = 0; i < 2; i++) {
                arena.close();
                regions.close();
                program.close();
            }
        }
    }

    private static MemorySegment host(Value value, Arena arena) {
        return arena.allocate(value.spec().bytes(), Float.BYTES);
    }

    private void download(Value value) {
        executable.download(value, host(value, Arena.ofAuto()));
    }

    @Test
    void whatIsNotKeptIsNotRead() {
        List.of(x, w, third).forEach(this::download);
        for (Value value : List.of(first, second)) {
            String message = assertThrows(IllegalArgumentException.class, () -> download(value)).getMessage();
            assertTrue(message.contains(value.toString()) && message.contains("call Graph.keep"), message);
        }
        assertThrows(IllegalArgumentException.class,
                () -> executable.upload(host(first, Arena.ofAuto()), first));
    }

    @Test
    void whatIsClosedIsNamed() {
        arena.close();
        assertRefused("the arena of ");
        regions.close();
        assertRefused("the regions");
        program.close();
        assertRefused("the program of 3 nodes");
        assertThrows(IllegalStateException.class, () -> program.bind(regions, arena));
    }

    @Test
    void aDeviceThatIsClosedIsNamed() {
        program.close();
        arena.close();
        regions.close();
        device().close();
        device().close();
        assertRefused("device " + device().name() + " is used after it was closed");
        assertThrows(IllegalStateException.class, () -> device().allocate(256));
        assertThrows(IllegalStateException.class, device()::synchronize);
    }

    private void assertRefused(String expected) {
        for (org.junit.jupiter.api.function.Executable call : calls()) {
            String message = assertThrows(IllegalStateException.class, call).getMessage();
            assertTrue(message.startsWith(expected), message);
        }
    }

    private List<org.junit.jupiter.api.function.Executable> calls() {
        return List.of(() -> executable.run(Phase.FORWARD, new Step()), () -> download(third),
                () -> executable.upload(host(x, Arena.ofAuto()), x), () -> executable.firstNonFinite(new Step()));
    }

    @Test
    void anotherThreadIsRefusedByName() throws InterruptedException {
        String expected = "device " + device().name() + " belongs to the thread \"" + Thread.currentThread().getName();
        FutureTask<Void> task = new FutureTask<>(() -> {
            assertRefused(expected);
            assertThrows(IllegalStateException.class, () -> device().allocate(256));
            assertThrows(IllegalStateException.class, () -> program.bind(regions, arena).run(Phase.FORWARD, null));
            String message = assertThrows(IllegalStateException.class, device()::close).getMessage();
            assertTrue(message.contains("but was called from \"intruder\""), message);
            return null;
        });
        Thread.ofPlatform().name("intruder").start(task);
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
        download(third);
    }

    /** Though not kept: it is read behind its node, by all threads. */
    @Test
    void theFirstNodeWhoseOutputIsNotFiniteIsFound() {
        assertEquals(Optional.empty(), executable.firstNonFinite(new Step()));
        MemorySegment infinite = host(w, Arena.ofAuto());
        infinite.setAtIndex(ValueLayout.JAVA_FLOAT, 0, Float.MAX_VALUE);
        executable.upload(infinite, w);
        MemorySegment ones = host(x, Arena.ofAuto());
        for (long i = 0; i < x.spec().shape().elements(); i++) {
            ones.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
        }
        executable.upload(ones, x);
        assertEquals("second", executable.firstNonFinite(new Step()).orElseThrow().name());
    }

    @Test
    void confinedMemoryIsUploadedAndDownloaded() {
        try (Arena confined = Arena.ofConfined()) {
            MemorySegment given = host(x, confined);
            for (long i = 0; i < x.spec().shape().elements(); i++) {
                given.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) i);
            }
            executable.upload(given.asReadOnly(), x);
            MemorySegment back = host(x, confined);
            executable.download(x, back);
            assertEquals(-1, given.mismatch(back));
        }
    }
}
