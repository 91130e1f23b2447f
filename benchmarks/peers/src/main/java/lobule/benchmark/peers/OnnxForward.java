package lobule.benchmark.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Contender;
import lobule.op.Value;

/** ONNX Runtime on the network in its inference form, all of its graph optimisations on. */
final class OnnxForward implements Contender {
    private final Arena arena = Arena.ofShared();
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final OnnxTensor input;
    private OrtSession.Result result;

    OnnxForward(Task task, StepValues values) {
        try (SessionOptions options = new SessionOptions()) {
            options.setIntraOpNumThreads(task.threads());
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
            this.session = open(task, values, options);
            Value image = task.predictionNetwork().input();
            MemorySegment host = arena.allocate(image.spec().bytes(), Long.BYTES);
            values.read(image, host);
            this.input = OnnxTensor.createTensor(environment,
                    host.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer(),
                    Libtorch.sizes(image.spec().shape()));
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime refuses the network: " + e.getMessage(), e);
        }
    }

    private OrtSession open(Task task, StepValues values, SessionOptions options) throws OrtException {
        try {
            Path file = Files.createTempFile("unet", ".onnx");
            try {
                OnnxModel.write(file, task, values);
                return environment.createSession(file.toString(), options);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the model cannot be written for ONNX Runtime", e);
        }
    }

    @Override
    public String description() {
        return "ONNX Runtime " + environment.getVersion() + ", all graph optimisations";
    }

    @Override
    public void step() {
        try {
            if (result != null) {
                result.close();
            }
            result = session.run(Map.of(OnnxModel.INPUT, input));
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime fails: " + e.getMessage(), e);
        }
    }

    @Override
    public double loss() {
        throw new UnsupportedOperationException("a forward task has no loss");
    }

    @Override
    public void read(String name, MemorySegment destination) {
        OnnxTensor logits = (OnnxTensor) result.get(0);
        destination.copyFrom(MemorySegment.ofBuffer(logits.getByteBuffer()));
    }

    @Override
    public void close() {
        try {
            if (result != null) {
                result.close();
            }
            input.close();
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot be closed: " + e.getMessage(), e);
        }
        arena.close();
    }
}
