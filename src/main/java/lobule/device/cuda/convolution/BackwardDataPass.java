package lobule.device.cuda.convolution;

import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize;
import static jcuda.jcudnn.JCudnn.cudnnConvolutionBackwardData;

import java.util.List;
import jcuda.Pointer;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgo;
import lobule.device.cuda.convolution.AlgorithmList.Operand;
import lobule.device.cuda.library.Cudnn;

/** Input from filter and output: the data gradient of a convolution, or a transposed convolution. */
public final class BackwardDataPass implements ConvolutionPass {
    @Override
    public String name() {
        return "backward data";
    }

    @Override
    public List<Candidate> heuristics(Cudnn library, ConvolutionDescriptors descriptors) {
        return new AlgorithmList("ConvolutionBackwardData", descriptors.geometry(), descriptors.convolution().address(),
                Operand.of(descriptors.filter().address()), Operand.of(descriptors.output().address()),
                Operand.of(descriptors.input().address())).guessed(library);
    }

    @Override
    public List<Candidate> measure(Cudnn library, ConvolutionDescriptors descriptors, ConvolutionMemory memory) {
        return new AlgorithmList("ConvolutionBackwardData", descriptors.geometry(), descriptors.convolution().address(),
                new Operand(descriptors.filter().address(), memory.filter()),
                new Operand(descriptors.output().address(), memory.output()),
                new Operand(descriptors.input().address(), memory.input()))
                .timed(library, memory.workspace(), memory.workspaceBytes());
    }

    @Override
    public long workspaceBytes(Cudnn library, ConvolutionDescriptors descriptors, int algorithm) {
        long[] bytes = new long[1];
        Cudnn.check(cudnnGetConvolutionBackwardDataWorkspaceSize(library.handle(), descriptors.filter(),
                descriptors.output(), descriptors.convolution(), descriptors.input(), algorithm, bytes),
                "cudnnGetConvolutionBackwardDataWorkspaceSize", descriptors.geometry());
        return bytes[0];
    }

    @Override
    public boolean transforms(int algorithm) {
        return switch (algorithm) {
            case cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT,
                 cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT_TILING,
                 cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD,
                 cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED -> true;
            default -> false;
        };
    }

    @Override
    public long terms(ConvolutionGeometry geometry) {
        return geometry.filter().size(0) * (geometry.transposed() ? 1 : geometry.filter().voxels());
    }

    @Override
    public void run(Cudnn library, ConvolutionDescriptors descriptors, int algorithm, ConvolutionMemory memory,
                    Pointer beta) {
        int status = cudnnConvolutionBackwardData(library.handle(), Cudnn.ONE, descriptors.filter(), memory.filter(),
                descriptors.output(), memory.output(), descriptors.convolution(), algorithm, memory.workspace(),
                memory.workspaceBytes(), beta, descriptors.input(), memory.input());
        if (status != 0) {
            Cudnn.check(status, "cudnnConvolutionBackwardData", descriptors.geometry());
        }
    }
}
