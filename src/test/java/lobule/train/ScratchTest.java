package lobule.train;
import java.util.*;
import java.nio.file.*;
import org.junit.jupiter.api.Test;
class ScratchTest {
    @Test void show() throws Exception {
        System.out.println(ConfigLayers.yaml(ConfigLayers.resolve(Optional.empty(), Map.of("data.overfit", true, "experiment","unet3d-renorm-cce","network.base-channels", 8))));
        Path f = Files.createTempFile("c", ".yaml");
        for (String text : List.of("network: {base-chanels: 3}", "stps: 3", "steps: abc", "steps: 2.5", "network: 3", "learning-rate: 5", "learning-rate: [{step: 1, rte: 3}]", "learning-rate: [{step: 1}]", "steps: null", "data: {window: [3]}", "steps: 1\nsteps: 2", "a: [", "", "patch: 61x60x52", "loss: {name: dcie}", "- 3", "patch: 60", "network: {base-channels: 0}", "device: [1]", "experiment: foo", "data: {overfit: maybe}")) {
            Files.writeString(f, text);
            try { ConfigLayers.resolve(Optional.of(f), Map.of()); System.out.println("OK?? " + text);} catch (lobule.image.InputException e) { System.out.println(text + " => " + e.getMessage()); }
        }
    }
}
