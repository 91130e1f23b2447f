package lobule.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import lobule.tensor.DType;

/** Element types of the safetensors format; their names are its codes. */
public enum ElementType {
    BOOL(1),
    U8(1),
    I8(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    I64(8),
    U64(8),
    F64(8);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The type of this code; empty where there is none. */
    public static Optional<ElementType> of(String code) {
        return Arrays.stream(values()).filter(type -> type.name().equals(code)).findFirst();
    }

    /** How the engine's type is stored. */
    public static ElementType of(DType type) {
        return switch (type) {
            case FLOAT32 -> F32;
            case FLOAT64 -> F64;
            case UINT8 -> U8;
        };
    }
}
