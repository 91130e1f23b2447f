package lobule.firsthour;

import java.util.Map;

/** What is to be learned from a step that has passed, beyond that it did. */
@FunctionalInterface
interface Figures {
    Figures NONE = Map::of;

    /**
     * Values by name: numbers, texts, lists, JSON.
     *
     * @throws lobule.file.InputException where the step left something else than it should have; it has failed then
     */
    Map<String, ?> read();
}
