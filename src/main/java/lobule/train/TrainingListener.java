package lobule.train;

/** Is told how a run goes on, on the thread that trains. */
@FunctionalInterface
public interface TrainingListener {

    /** After every optimiser step and, where it is due, its evaluation. */
    void stepDone(StepMetrics metrics);
}
