// ld, st, prefetch and fences.
#include "access.h"

namespace simgpu {
namespace {

// T in memory, R the register: wider than T it is zero- or sign-extended as T says.
template <class T, class R>
struct Load {
    template <Space space>
    struct In {
        static void run(Warp& warp, const Instruction& in) {
            Addresses addresses(warp, in);
            if (space == Space::Global && warp.full && in.elements == 1 && row(warp, in, addresses)) return;
            uint32_t bytes = sizeof(T) * in.elements;
            for (uint32_t left = warp.active; left != 0; left &= left - 1) {
                int l = __builtin_ctz(left);
                const uint8_t* from = resolve<space>(warp, in, l, addresses.of[l], bytes, Access::Load);
                T values[4];
                std::memcpy(values, from, bytes);
                for (uint32_t e = 0; e < in.elements; e++) warp.at<R>(in.vector[e])[l] = static_cast<R>(values[e]);
            }
        }

        // All lanes read one stretch of written memory, or all the same place.
        static bool row(Warp& warp, const Instruction& in, const Addresses& addresses) {
            uint64_t first = addresses.of[0];
            const Range& range = warp.ranges[in.memory_site];
            uint64_t into = first - range.begin, bytes = kLanes * sizeof(T);
            if (first % sizeof(T) != 0 || into >= range.bytes) return false;
            R* to = warp.at<R>(in.vector[0]);
            if (addresses.consecutive(sizeof(T))) {
                if (range.bytes - into < bytes || !stretch_written(*warp.memory, first)) return false;
                const T* from = reinterpret_cast<const T*>(warp.memory->host(first));
#pragma GCC ivdep
                for (int l = 0; l < kLanes; l++) to[l] = static_cast<R>(from[l]);
                return true;
            }
            if (!addresses.consecutive(0)) return false;
            if (range.bytes - into < sizeof(T) || !written(*warp.memory, first, sizeof(T))) return false;
            R value = static_cast<R>(*reinterpret_cast<const T*>(warp.memory->host(first)));
            for (int l = 0; l < kLanes; l++) to[l] = value;
            return true;
        }

        static bool stretch_written(const DeviceMemory& memory, uint64_t address) {
            if (sizeof(T) < 4 && address % 4 != 0) return false;
            const uint8_t* shadow = memory.shadow(address);
            uint8_t all = kAllWritten;
            for (size_t word = 0; word < kLanes * sizeof(T) / 4; word++) all &= shadow[word];
            return all == kAllWritten;
        }

        static Handler handler() { return run; }
    };
};

template <class T, class R>
struct Store {
    template <Space space>
    struct In {
        static void run(Warp& warp, const Instruction& in) {
            Addresses addresses(warp, in);
            if (space == Space::Global && warp.full && in.elements == 1 && row(warp, in, addresses)) return;
            uint32_t bytes = sizeof(T) * in.elements;
            for (uint32_t left = warp.active; left != 0; left &= left - 1) {
                int l = __builtin_ctz(left);
                uint8_t* to = resolve<space>(warp, in, l, addresses.of[l], bytes, Access::Store);
                T values[4];
                for (uint32_t e = 0; e < in.elements; e++) values[e] = static_cast<T>(warp.at<R>(in.vector[e])[l]);
                std::memcpy(to, values, bytes);
            }
        }

        static bool row(Warp& warp, const Instruction& in, const Addresses& addresses) {
            uint64_t first = addresses.of[0];
            const Range& range = warp.ranges[in.memory_site];
            uint64_t into = first - range.begin, bytes = kLanes * sizeof(T);
            if (sizeof(T) < 4 || first % sizeof(T) != 0) return false;
            if (into >= range.bytes || range.bytes - into < bytes) return false;
            if (!addresses.consecutive(sizeof(T))) return false;
            const R* from = warp.at<R>(in.vector[0]);
            T* to = reinterpret_cast<T*>(warp.memory->host(first));
#pragma GCC ivdep
            for (int l = 0; l < kLanes; l++) to[l] = static_cast<T>(from[l]);
            std::memset(warp.memory->shadow(first), kAllWritten, kLanes * sizeof(T) / 4);
            return true;
        }

        static Handler handler() { return run; }
    };
};

// What only tells caches and the compiler something.
void drop_hints(Decoder& decoder) {
    for (const char* hint : {"volatile", "relaxed", "weak", "cta", "gpu", "sys", "nc", "ca", "cg", "cs", "lu", "cv",
                             "wb", "wt", "acquire", "release"}) {
        decoder.take(hint);
    }
}

uint32_t vector_length(Decoder& decoder) { return decoder.take("v4") ? 4 : decoder.take("v2") ? 2 : 1; }

template <template <class, class> class Direction, class T>
Handler by_register(Decoder& decoder, Space space, Width width) {
    switch (width) {
        case Width::Bits16:
            if constexpr (sizeof(T) <= 2) return by_space<Direction<T, uint16_t>::template In>(space);
            break;
        case Width::Bits32:
            if constexpr (sizeof(T) <= 4) return by_space<Direction<T, uint32_t>::template In>(space);
            break;
        case Width::Bits64: return by_space<Direction<T, uint64_t>::template In>(space);
        default: break;
    }
    decoder.refuse("the register has not the width of the type");
}

Handler load_handler(Decoder& decoder, Space space, Width width, const std::string& type) {
    if (type == "u8" || type == "b8") return by_register<Load, uint8_t>(decoder, space, width);
    if (type == "s8") return by_register<Load, int8_t>(decoder, space, width);
    if (type == "u16" || type == "b16" || type == "f16") return by_register<Load, uint16_t>(decoder, space, width);
    if (type == "s16") return by_register<Load, int16_t>(decoder, space, width);
    if (type == "u32" || type == "b32" || type == "f32") return by_register<Load, uint32_t>(decoder, space, width);
    if (type == "s32") return by_register<Load, int32_t>(decoder, space, width);
    if (type == "u64" || type == "b64" || type == "s64" || type == "f64") {
        return by_register<Load, uint64_t>(decoder, space, width);
    }
    decoder.refuse("type ." + type + " is not supported");
}

Handler store_handler(Decoder& decoder, Space space, Width width, const std::string& type) {
    std::string bits = type.substr(1);
    if (bits == "8") return by_register<Store, uint8_t>(decoder, space, width);
    if (bits == "16") return by_register<Store, uint16_t>(decoder, space, width);
    if (bits == "32") return by_register<Store, uint32_t>(decoder, space, width);
    if (bits == "64") return by_register<Store, uint64_t>(decoder, space, width);
    decoder.refuse("type ." + type + " is not supported");
}

// The registers of one element or of {a, b, c, d}; all have one width.
Width decode_elements(Decoder& decoder, const Operand& operand, Instruction& in, const std::string& type, bool load) {
    std::vector<Operand> parts = operand.kind == Operand::Vector ? operand.parts : std::vector<Operand>{operand};
    if (parts.size() != in.elements) decoder.refuse("the number of registers is not the vector's length");
    std::string bits = type.substr(1);
    Width width = bits == "64" ? Width::Bits64 : bits == "32" ? Width::Bits32 : Width::Bits16;
    for (const Operand& part : parts) {
        if (part.kind == Operand::Register) width = decoder.width_of(part);
    }
    for (size_t i = 0; i < parts.size(); i++) {
        if (load && parts[i].kind != Operand::Register && parts[i].kind != Operand::Sink) {
            decoder.refuse("the destination is no register");
        }
        in.vector[i] = parts[i].kind == Operand::Sink ? decoder.scratch(width) : decoder.value(parts[i], width);
    }
    return width;
}

void decode_access(Decoder& decoder, bool load) {
    drop_hints(decoder);
    Space space = take_space(decoder);
    Instruction in;
    in.elements = vector_length(decoder);
    std::string type = decoder.type();
    if (decoder.modifiers_left() > 0) decoder.refuse("modifier ." + decoder.modifier(0) + " is not supported");
    Width width = decode_elements(decoder, decoder.operand(load ? 0 : 1), in, type, load);
    space = decode_address(decoder, decoder.operand(load ? 1 : 0), space, in);
    if (!load && (space == Space::Parameter || space == Space::Constant)) decoder.refuse("this memory is read-only");
    in.run = load ? load_handler(decoder, space, width, type) : store_handler(decoder, space, width, type);
    uint32_t bits = static_cast<uint32_t>(std::stoul(type.substr(1)));
    describe_access(in, space, load ? Access::Load : Access::Store, in.elements * bits / 8);
    decoder.emit(in);
}

// Warps see memory in program order, and blocks need not see each other's: nothing to do.
void decode_nothing(Decoder&) {}

}  // namespace

void add_memory_opcodes(OpcodeTable& table) {
    table["ld"] = [](Decoder& decoder) { decode_access(decoder, true); };
    table["ldu"] = table["ld"];
    table["st"] = [](Decoder& decoder) { decode_access(decoder, false); };
    for (const char* name : {"membar", "fence", "prefetch", "prefetchu", "nop", "pragma"}) table[name] = decode_nothing;
}

}  // namespace simgpu
