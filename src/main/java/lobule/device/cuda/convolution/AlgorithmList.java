package lobule.device.cuda.convolution;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import jcuda.jcudnn.cudnnDeterminism;
import lobule.device.cuda.convolution.ConvolutionPass.Candidate;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.library.Cudnn;

/**
 * Asks cuDNN for a list of algorithms. Not through JCuda, whose entries lack the math type: an algorithm is listed once
 * for each, with times and workspaces that differ.
 *
 * @param pass        of the name of cuDNN's functions, {@code ConvolutionForward}
 * @param geometry    for messages
 * @param convolution address of its descriptor
 * @param first       operand that is read
 * @param second      operand that is read
 * @param result      operand that is written
 */
record AlgorithmList(String pass, ConvolutionGeometry geometry, long convolution, Operand first, Operand second,
                     Operand result) {
    /** More than there are algorithms, each once a math type. */
    private static final int PROPOSALS = 32;
    /** {@code cudnnConvolutionFwdAlgoPerf_t}, and of the other passes alike. */
    private static final MemoryLayout PROPOSAL = MemoryLayout.structLayout(JAVA_INT.withName("algo"),
            JAVA_INT.withName("status"), JAVA_FLOAT.withName("time"), MemoryLayout.paddingLayout(4),
            JAVA_LONG.withName("memory"), JAVA_INT.withName("determinism"), JAVA_INT.withName("mathType"),
            MemoryLayout.paddingLayout(16));

    /** Addresses of a tensor's descriptor and, where it is to be run, of its values. */
    record Operand(long descriptor, DevicePointer values) {
        static Operand of(long descriptor) {
            return new Operand(descriptor, new DevicePointer());
        }
    }

    /** A call of cuDNN that fills the proposals and tells their number. */
    private interface Listing {
        int run(long count, long proposals) throws Throwable;
    }

    /** Sorted by cuDNN's own guess, the best first. */
    List<Candidate> guessed(Cudnn library) {
        String call = "cudnnGet" + pass + "Algorithm_v7";
        MethodHandle function = library.function(call, FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
        return candidates(call, (count, proposals) -> (int) function.invokeExact(library.address(), first.descriptor,
                second.descriptor, convolution, result.descriptor, PROPOSALS, count, proposals));
    }

    /** All that fit the workspace are run, which overwrites the result; the fastest first. */
    List<Candidate> timed(Cudnn library, DevicePointer workspace, long workspaceBytes) {
        String call = "cudnnFind" + pass + "AlgorithmEx";
        MethodHandle function = library.function(call, FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                JAVA_LONG));
        return candidates(call, (count, proposals) -> (int) function.invokeExact(library.address(), first.descriptor,
                first.values.address(), second.descriptor, second.values.address(), convolution, result.descriptor,
                result.values.address(), PROPOSALS, count, proposals, workspace.address(), workspaceBytes));
    }

    private List<Candidate> candidates(String call, Listing listing) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            MemorySegment proposals = arena.allocate(PROPOSAL, PROPOSALS);
            Cudnn.check(listing.run(count.address(), proposals.address()), call, geometry);
            return candidates(proposals, count);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("functions of cuDNN do not throw", e);
        }
    }

    private static List<Candidate> candidates(MemorySegment proposals, MemorySegment count) {
        List<Candidate> candidates = new ArrayList<>();
        for (long i = 0; i < count.get(JAVA_INT, 0); i++) {
            MemorySegment proposal = proposals.asSlice(i * PROPOSAL.byteSize(), PROPOSAL);
            candidates.add(new Candidate(number(proposal, "status"), number(proposal, "algo"),
                    number(proposal, "mathType"),
                    number(proposal, "determinism") == cudnnDeterminism.CUDNN_DETERMINISTIC,
                    proposal.get(JAVA_LONG, offset("memory"))));
        }
        return candidates;
    }

    private static int number(MemorySegment proposal, String field) {
        return proposal.get(JAVA_INT, offset(field));
    }

    private static long offset(String field) {
        return PROPOSAL.byteOffset(MemoryLayout.PathElement.groupElement(field));
    }
}
