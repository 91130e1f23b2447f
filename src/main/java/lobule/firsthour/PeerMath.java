package lobule.firsthour;

import java.util.Locale;
import java.util.Optional;

/** How PyTorch multiplies, and what Lobule has beside it. */
enum PeerMath {
    FP32, TF32,
    /** With channels last; Lobule has no such type, and is compared in TF32. */
    BF16;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What Lobule is compared in. */
    PeerMath ours() {
        return this == BF16 ? TF32 : this;
    }

    String[] ourOptions() {
        return switch (ours()) {
            case FP32, BF16 -> new String[0];
            case TF32 -> new String[] {"--math", "tf32", "--workspace", "4096"};
        };
    }

    /** Name of the step. */
    String peerTurn(int round) {
        return "peer-" + label() + "-" + round;
    }

    /** Name of the step; empty where another's is compared. */
    Optional<String> ourTurn(int round) {
        return ours() == this ? Optional.of("ours-" + label() + "-" + round) : Optional.empty();
    }
}
