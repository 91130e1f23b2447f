package lobule.firsthour;

import java.util.List;

/**
 * How large the steps are.
 *
 * @param network   options of {@code train} that make the network and its patch
 * @param steps     of a run that is timed
 * @param fewSteps  of a run that is not
 * @param fixtures  recorded steps, by name
 * @param selfTests of the full network too, not only the small layers
 * @param gpuTests  classes; none for all
 * @param ptxas     what the kernels are assembled for
 * @param peer      options that make the same network of PyTorch, and as many steps
 */
record Sizes(List<String> network, int steps, int fewSteps, List<String> fixtures, boolean selfTests,
             List<String> gpuTests, List<String> ptxas, List<String> peer) {

    /** The seed: 60x60x52 voxels of output, 32 base channels. */
    static final Sizes SEED = new Sizes(List.of("--experiment", "unet3d-renorm-dice"), 12, 3,
            List.of("unet2d-cce-weighted-ignore", "unet2d-cce", "unet2d-dice-squared", "unet3d-dice"), true,
            List.of(), List.of("sm_90", "sm_100", "sm_120", "sm_80"),
            List.of("--patch", "60x60x52", "--base-channels", "32", "--steps", "12"));

    /** As small as all can be, for a try on the simulated GPU. */
    static final Sizes REHEARSAL = new Sizes(List.of("--experiment", "unet2d-dropout-renorm-cce", "--patch", "4x4",
            "--base-channels", "1"), 4, 2, List.of("unet2d-dice-squared"), false, List.of("CudaRandomGraphTest"),
            List.of("sm_90"), List.of("--patch", "4x4", "--base-channels", "1", "--steps", "4"));
}
