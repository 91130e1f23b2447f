// Bitwise operations, shifts, fields, permutations, moves and selection.
#include <cstring>

#include "warp.h"

namespace simgpu {
namespace {

struct And { template <class T> static T of(T a, T b) { return static_cast<T>(a & b); } };
struct Or { template <class T> static T of(T a, T b) { return static_cast<T>(a | b); } };
struct Xor { template <class T> static T of(T a, T b) { return static_cast<T>(a ^ b); } };
struct Not { template <class T> static T of(T a) { return static_cast<T>(~a); } };
struct Cnot { template <class T> static T of(T a) { return a == 0 ? 1 : 0; } };
struct Move { template <class T> static T of(T a) { return a; } };
// Shifts by the width or more give what shifting bit by bit would.
struct ShiftLeft {
    template <class T> static T of(T a, uint32_t n) {
        return n >= 8 * sizeof(T) ? T(0) : static_cast<T>(static_cast<uint64_t>(a) << n);
    }
};
struct ShiftRight {
    template <class T> static T of(T a, uint32_t n) {
        uint32_t most = 8 * sizeof(T) - 1;
        if (n <= most) return static_cast<T>(a >> n);
        return a < 0 ? static_cast<T>(-1) : T(0);
    }
};
struct Popc { template <class T> static uint32_t of(T a) { return static_cast<uint32_t>(__builtin_popcountll(a)); } };
struct Clz {
    template <class T> static uint32_t of(T a) {
        return a == 0 ? 8 * sizeof(T) : static_cast<uint32_t>(__builtin_clzll(a)) - (64 - 8 * sizeof(T));
    }
};
struct Brev {
    template <class T> static T of(T a) {
        T result = 0;
        for (size_t i = 0; i < 8 * sizeof(T); i++) result = static_cast<T>(result << 1 | (a >> i & 1));
        return result;
    }
};
struct Bfe {
    template <class T> static T of(T a, uint32_t position, uint32_t length) {
        constexpr uint32_t bits = 8 * sizeof(T);
        position &= 255;
        length &= 255;
        uint64_t u = static_cast<std::make_unsigned_t<T>>(a);
        uint32_t last = position + length - 1 < bits ? position + length - 1 : bits - 1;
        bool sign = T(-1) < T(0) && length > 0 && (u >> last & 1) != 0;
        uint32_t there = position < bits ? bits - position : 0, taken = length < there ? length : there;
        uint64_t mask = taken >= 64 ? ~0ull : (1ull << taken) - 1;
        uint64_t field = position < bits ? u >> position : 0;
        return static_cast<T>((field & mask) | (sign ? ~mask : 0));
    }
};
template <class T>
void bfi(Warp& warp, const Instruction& in) {
    const T *a = warp.at<T>(in.source[0]), *b = warp.at<T>(in.source[1]);
    const uint32_t *p = warp.at<uint32_t>(in.source[2]), *n = warp.at<uint32_t>(in.source[3]);
    for_lanes(warp, warp.at<T>(in.destination), [=](int l) {
        uint32_t position = p[l] & 255, length = n[l] & 255;
        if (length == 0 || position >= 8 * sizeof(T)) return b[l];
        uint64_t mask = (length >= 64 ? ~0ull : (1ull << length) - 1) << position;
        return static_cast<T>((static_cast<uint64_t>(b[l]) & ~mask) | (static_cast<uint64_t>(a[l]) << position & mask));
    });
}
struct FunnelLeft {
    static uint32_t of(uint32_t low, uint32_t high, uint32_t n) {
        return static_cast<uint32_t>(((static_cast<uint64_t>(high) << 32 | low) << n) >> 32);
    }
};
struct FunnelRight {
    static uint32_t of(uint32_t low, uint32_t high, uint32_t n) {
        return static_cast<uint32_t>((static_cast<uint64_t>(high) << 32 | low) >> n);
    }
};
template <class Op>
struct Wrapped { static uint32_t of(uint32_t a, uint32_t b, uint32_t n) { return Op::of(a, b, n & 31); } };
template <class Op>
struct Clamped { static uint32_t of(uint32_t a, uint32_t b, uint32_t n) { return Op::of(a, b, n > 32 ? 32 : n); } };
struct Permute {
    static uint32_t of(uint32_t a, uint32_t b, uint32_t selection) {
        uint64_t bytes = static_cast<uint64_t>(b) << 32 | a;
        uint32_t result = 0;
        for (int i = 0; i < 4; i++) {
            uint32_t pick = selection >> 4 * i & 15;
            uint32_t byte = static_cast<uint32_t>(bytes >> 8 * (pick & 7)) & 255;
            if ((pick & 8) != 0) byte = (byte & 128) != 0 ? 255 : 0;
            result |= byte << 8 * i;
        }
        return result;
    }
};

void lop3(Warp& warp, const Instruction& in) {
    const uint32_t *a = warp.at<uint32_t>(in.source[0]), *b = warp.at<uint32_t>(in.source[1]);
    const uint32_t* c = warp.at<uint32_t>(in.source[2]);
    uint32_t table[8];
    for (uint32_t i = 0; i < 8; i++) table[i] = (in.extra >> i & 1) != 0 ? UINT32_MAX : 0;
    for_lanes(warp, warp.at<uint32_t>(in.destination), [=](int l) {
        uint32_t x = a[l], y = b[l], z = c[l];
        return (~x & ~y & ~z & table[0]) | (~x & ~y & z & table[1]) | (~x & y & ~z & table[2]) |
               (~x & y & z & table[3]) | (x & ~y & ~z & table[4]) | (x & ~y & z & table[5]) |
               (x & y & ~z & table[6]) | (x & y & z & table[7]);
    });
}

template <class T>
void select(Warp& warp, const Instruction& in) {
    const T *a = warp.at<T>(in.source[0]), *b = warp.at<T>(in.source[1]);
    const int32_t* p = warp.at<int32_t>(in.source[2]);
    for_lanes(warp, warp.at<T>(in.destination), [=](int l) {
        T x = a[l], y = b[l];
        return p[l] != 0 ? x : y;
    });
}

template <class Narrow, class Whole>
void unpack(Warp& warp, const Instruction& in) {
    const Whole* source = warp.at<Whole>(in.source[0]);
    Whole copy[kLanes];
    std::memcpy(copy, source, sizeof copy);
    for (uint32_t i = 0; i < in.elements; i++) {
        for_lanes(warp, warp.at<Narrow>(in.vector[i]),
                  [=](int l) { return static_cast<Narrow>(copy[l] >> 8 * sizeof(Narrow) * i); });
    }
}

template <class Narrow, class Whole>
void pack(Warp& warp, const Instruction& in) {
    for_lanes(warp, warp.at<Whole>(in.destination), [&](int l) {
        Whole whole = 0;
        for (uint32_t i = 0; i < in.elements; i++) {
            whole |= static_cast<Whole>(warp.at<Narrow>(in.vector[i])[l]) << 8 * sizeof(Narrow) * i;
        }
        return whole;
    });
}

Width width_named(Decoder& decoder, const std::string& type) {
    if (type == "pred") return Width::Predicate;
    std::string bits = type.substr(1);
    if (bits == "16") return Width::Bits16;
    if (bits == "32") return Width::Bits32;
    if (bits == "64") return Width::Bits64;
    decoder.refuse("type ." + type + " is not supported");
}

Handler pick(Width width, Handler narrow, Handler normal, Handler wide) {
    return width == Width::Bits16 ? narrow : width == Width::Bits64 ? wide : normal;
}

// mov.b64 {%r1, %r2}, %rd1 and the reverse.
void decode_vector_move(Decoder& decoder, Width whole, bool packing) {
    const Operand& vector = decoder.operand(packing ? 1 : 0);
    size_t count = vector.parts.size();
    Width part = whole == Width::Bits64 && count == 2 ? Width::Bits32 : Width::Bits16;
    if (whole == Width::Bits16 || (whole == Width::Bits32 && count != 2) || (count != 2 && count != 4)) {
        decoder.refuse("this vector move is not supported");
    }
    Instruction in;
    in.elements = static_cast<uint32_t>(count);
    for (size_t i = 0; i < count; i++) {
        bool sink = vector.parts[i].kind == Operand::Sink;
        in.vector[i] = sink ? decoder.scratch(part) : decoder.value(vector.parts[i], part);
    }
    if (packing) {
        in.destination = decoder.destination(0, whole);
        in.run = whole == Width::Bits32 ? pack<uint16_t, uint32_t>
               : part == Width::Bits32 ? pack<uint32_t, uint64_t> : pack<uint16_t, uint64_t>;
    } else {
        in.source[0] = decoder.value(1, whole);
        in.run = whole == Width::Bits32 ? unpack<uint16_t, uint32_t>
               : part == Width::Bits32 ? unpack<uint32_t, uint64_t> : unpack<uint16_t, uint64_t>;
    }
    decoder.emit(in);
}

void decode_mov(Decoder& decoder) {
    Width width = width_named(decoder, decoder.type());
    if (decoder.operand(0).kind == Operand::Vector) return decode_vector_move(decoder, width, false);
    if (decoder.operand(1).kind == Operand::Vector) return decode_vector_move(decoder, width, true);
    emit(decoder, pick(width, unary<Move, uint16_t>, unary<Move, uint32_t>, unary<Move, uint64_t>), width, {width});
}

template <class Op>
void decode_logic(Decoder& decoder) {
    Width width = width_named(decoder, decoder.type());
    emit(decoder, pick(width, binary<Op, uint16_t>, binary<Op, uint32_t>, binary<Op, uint64_t>), width,
         {width, width});
}

void decode_not(Decoder& decoder) {
    Width width = width_named(decoder, decoder.type());
    emit(decoder, pick(width, unary<Not, uint16_t>, unary<Not, uint32_t>, unary<Not, uint64_t>), width, {width});
}

void decode_cnot(Decoder& decoder) {
    Width width = width_named(decoder, decoder.type());
    emit(decoder, pick(width, unary<Cnot, uint16_t>, unary<Cnot, uint32_t>, unary<Cnot, uint64_t>), width, {width});
}

void decode_shl(Decoder& decoder) {
    Width width = width_named(decoder, decoder.type());
    Handler handler = pick(width, binary<ShiftLeft, uint16_t, uint16_t, uint32_t>,
                           binary<ShiftLeft, uint32_t, uint32_t, uint32_t>,
                           binary<ShiftLeft, uint64_t, uint64_t, uint32_t>);
    emit(decoder, handler, width, {width, Width::Bits32});
}

void decode_shr(Decoder& decoder) {
    std::string type = decoder.type();
    Width width = width_named(decoder, type);
    Handler handler = type[0] == 's'
        ? pick(width, binary<ShiftRight, int16_t, int16_t, uint32_t>, binary<ShiftRight, int32_t, int32_t, uint32_t>,
               binary<ShiftRight, int64_t, int64_t, uint32_t>)
        : pick(width, binary<ShiftRight, uint16_t, uint16_t, uint32_t>,
               binary<ShiftRight, uint32_t, uint32_t, uint32_t>, binary<ShiftRight, uint64_t, uint64_t, uint32_t>);
    emit(decoder, handler, width, {width, Width::Bits32});
}

template <class Op>
void decode_count(Decoder& decoder) {
    Width width = width_named(decoder, decoder.type());
    emit(decoder, width == Width::Bits64 ? unary<Op, uint32_t, uint64_t> : unary<Op, uint32_t>, Width::Bits32, {width});
}

void decode_brev(Decoder& decoder) {
    Width width = width_named(decoder, decoder.type());
    emit(decoder, width == Width::Bits64 ? unary<Brev, uint64_t> : unary<Brev, uint32_t>, width, {width});
}

void decode_bfe(Decoder& decoder) {
    std::string type = decoder.type();
    Width width = width_named(decoder, type);
    Handler handler = type == "u32" ? ternary<Bfe, uint32_t, uint32_t, uint32_t, uint32_t>
                    : type == "s32" ? ternary<Bfe, int32_t, int32_t, uint32_t, uint32_t>
                    : type == "u64" ? ternary<Bfe, uint64_t, uint64_t, uint32_t, uint32_t>
                                    : ternary<Bfe, int64_t, int64_t, uint32_t, uint32_t>;
    emit(decoder, handler, width, {width, Width::Bits32, Width::Bits32});
}

void decode_bfi(Decoder& decoder) {
    Width width = width_named(decoder, decoder.type());
    emit(decoder, width == Width::Bits64 ? bfi<uint64_t> : bfi<uint32_t>, width,
         {width, width, Width::Bits32, Width::Bits32});
}

void decode_shf(Decoder& decoder) {
    bool left = decoder.take("l");
    if (!left && !decoder.take("r")) decoder.refuse("shf needs .l or .r");
    bool wrap = decoder.take("wrap");
    if (!wrap && !decoder.take("clamp")) decoder.refuse("shf needs .wrap or .clamp");
    Handler handler = left ? wrap ? ternary<Wrapped<FunnelLeft>, uint32_t> : ternary<Clamped<FunnelLeft>, uint32_t>
                           : wrap ? ternary<Wrapped<FunnelRight>, uint32_t> : ternary<Clamped<FunnelRight>, uint32_t>;
    Width width = width_named(decoder, decoder.type());
    emit(decoder, handler, width, {Width::Bits32, Width::Bits32, Width::Bits32});
}

void decode_prmt(Decoder& decoder) {
    if (decoder.type() != "b32") decoder.refuse("this mode of prmt is not supported");
    emit(decoder, ternary<Permute, uint32_t>, Width::Bits32, {Width::Bits32, Width::Bits32, Width::Bits32});
}

void decode_lop3(Decoder& decoder) {
    if (decoder.type() != "b32" || decoder.operands() != 5) decoder.refuse("this form of lop3 is not supported");
    Instruction in;
    in.run = lop3;
    for (size_t i = 0; i < 3; i++) in.source[i] = decoder.value(i + 1, Width::Bits32);
    if (decoder.operand(4).kind != Operand::Immediate) decoder.refuse("lop3's table is a constant");
    in.extra = static_cast<uint32_t>(decoder.operand(4).bits);
    in.destination = decoder.destination(0, Width::Bits32);
    decoder.emit(in);
}

void decode_selp(Decoder& decoder) {
    Width width = width_named(decoder, decoder.type());
    Instruction in;
    in.run = pick(width, select<uint16_t>, select<uint32_t>, select<uint64_t>);
    in.source[0] = decoder.value(1, width);
    in.source[1] = decoder.value(2, width);
    in.source[2] = decoder.predicate(decoder.operand(3));
    in.destination = decoder.destination(0, width);
    decoder.emit(in);
}

}  // namespace

void add_bit_opcodes(OpcodeTable& table) {
    table["mov"] = decode_mov;
    table["and"] = decode_logic<And>;
    table["or"] = decode_logic<Or>;
    table["xor"] = decode_logic<Xor>;
    table["not"] = decode_not;
    table["cnot"] = decode_cnot;
    table["shl"] = decode_shl;
    table["shr"] = decode_shr;
    table["popc"] = decode_count<Popc>;
    table["clz"] = decode_count<Clz>;
    table["brev"] = decode_brev;
    table["bfe"] = decode_bfe;
    table["bfi"] = decode_bfi;
    table["shf"] = decode_shf;
    table["prmt"] = decode_prmt;
    table["lop3"] = decode_lop3;
    table["selp"] = decode_selp;
}

}  // namespace simgpu
