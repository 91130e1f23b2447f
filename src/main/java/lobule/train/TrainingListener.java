package lobule.train;

/** Is told how a run goes on, on the thread that trains. */
@FunctionalInterface
public interface TrainingListener {

    /** After every optimiser step and, where it is due, its evaluation. */
    void stepDone(StepMetrics metrics);

    /** Something that the run goes on without, in one sentence; each is told once. */
    default void warned(String sentence) {}
}
