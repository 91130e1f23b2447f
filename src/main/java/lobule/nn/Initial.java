package lobule.nn;

import org.apache.commons.math3.random.RandomGenerator;

/** How the elements of a parameter or running statistic start. */
public sealed interface Initial {

    float next(RandomGenerator random);

    /** All alike. */
    record Constant(float value) implements Initial {
        @Override
        public float next(RandomGenerator random) {
            return value;
        }
    }

    /** Independent normal with mean 0. */
    record Normal(double deviation) implements Initial {
        @Override
        public float next(RandomGenerator random) {
            return (float) (deviation * random.nextGaussian());
        }

        /** He et al. 2015: keeps the variance through a ReLU. */
        static Normal he(long fanIn) {
            return new Normal(Math.sqrt(2.0 / fanIn));
        }
    }
}
