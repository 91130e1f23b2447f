package lobule.firsthour;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import lobule.file.Document;
import lobule.file.DocumentFormat;

/** Where the time of a step went: by op, and each product by itself. */
record ProfileFigures(Path run) implements Figures {
    /** A launch with products: a convolution, in one of its passes. */
    record Product(String node, String op, double milliseconds, double teraflops) {}

    @Override
    public Map<String, ?> read() {
        List<Document> launches = DocumentFormat.JSON.read(run.resolve("profile.json")).at("launches").list();
        Map<String, Double> byOp = new TreeMap<>();
        launches.forEach(launch -> byOp.merge(launch.at("op").text(), milliseconds(launch), Double::sum));
        List<Product> products = launches.stream().filter(launch -> launch.at("flop").number() > 0)
                .map(ProfileFigures::product).toList();
        return Map.of("milliseconds_by_op", byOp, "products", products);
    }

    private static Product product(Document launch) {
        return new Product(launch.at("node").text(), launch.at("op").text(), milliseconds(launch),
                launch.at("flop").number() / launch.at("seconds").number() * 1e-12);
    }

    private static double milliseconds(Document launch) {
        return 1e3 * launch.at("seconds").number();
    }
}
