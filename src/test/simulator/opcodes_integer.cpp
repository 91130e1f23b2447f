// Integer arithmetic. Overflow wraps; division by zero gives all ones, its remainder the dividend.
#include <limits>
#include <type_traits>

#include "warp.h"

namespace simgpu {
namespace {

template <class T> using Unsigned = std::make_unsigned_t<T>;
template <class T>
using Wide = std::conditional_t<std::is_signed_v<T>,
    std::conditional_t<sizeof(T) == 2, int32_t, std::conditional_t<sizeof(T) == 4, int64_t, __int128>>,
    std::conditional_t<sizeof(T) == 2, uint32_t, std::conditional_t<sizeof(T) == 4, uint64_t, unsigned __int128>>>;

// Narrow operands would be promoted to int, whose overflow is undefined.
template <class T> using Modular = std::conditional_t<sizeof(T) == 2, uint32_t, Unsigned<T>>;
template <class T> Modular<T> modular(T value) { return static_cast<Modular<T>>(value); }

struct Add { template <class T> static T of(T a, T b) { return static_cast<T>(modular(a) + modular(b)); } };
struct Sub { template <class T> static T of(T a, T b) { return static_cast<T>(modular(a) - modular(b)); } };
struct MulLow { template <class T> static T of(T a, T b) { return static_cast<T>(modular(a) * modular(b)); } };
struct MulHigh {
    template <class T> static T of(T a, T b) { return static_cast<T>(Wide<T>(a) * b >> 8 * sizeof(T)); }
};
struct MulWide { template <class T> static Wide<T> of(T a, T b) { return Wide<T>(a) * b; } };
struct MadLow {
    template <class T> static T of(T a, T b, T c) { return static_cast<T>(modular(a) * modular(b) + modular(c)); }
};
struct MadHigh { template <class T> static T of(T a, T b, T c) { return Add::of(MulHigh::of(a, b), c); } };
struct MadWide { template <class T> static Wide<T> of(T a, T b, Wide<T> c) { return Add::of(MulWide::of(a, b), c); } };
struct Div {
    template <class T> static T of(T a, T b) {
        if (b == 0) return static_cast<T>(-1);
        if (std::is_signed_v<T> && b == static_cast<T>(-1)) return Sub::of(T(0), a);
        return static_cast<T>(a / b);
    }
};
struct Rem {
    template <class T> static T of(T a, T b) {
        if (b == 0) return a;
        if (std::is_signed_v<T> && b == static_cast<T>(-1)) return 0;
        return static_cast<T>(a % b);
    }
};
struct Min { template <class T> static T of(T a, T b) { return a < b ? a : b; } };
struct Max { template <class T> static T of(T a, T b) { return a > b ? a : b; } };
struct Neg { template <class T> static T of(T a) { return Sub::of(T(0), a); } };
struct Abs { template <class T> static T of(T a) { return a < 0 ? Neg::of(a) : a; } };
struct SatAdd {
    static int32_t of(int32_t a, int32_t b) {
        int64_t sum = int64_t(a) + b;
        return static_cast<int32_t>(sum < INT32_MIN ? INT32_MIN : sum > INT32_MAX ? INT32_MAX : sum);
    }
};
struct Sad {
    template <class T> static T of(T a, T b, T c) { return Add::of(c, a < b ? Sub::of(b, a) : Sub::of(a, b)); }
};

// Calls f with a value of the C++ type that a PTX type names; false if it is no integer type.
template <class F>
bool with_integer(const std::string& type, F f) {
    if (type == "u16" || type == "b16") f(uint16_t());
    else if (type == "s16") f(int16_t());
    else if (type == "u32" || type == "b32") f(uint32_t());
    else if (type == "s32") f(int32_t());
    else if (type == "u64" || type == "b64") f(uint64_t());
    else if (type == "s64") f(int64_t());
    else return false;
    return true;
}

template <class Op>
void decode_binary(Decoder& decoder) {
    std::string type = decoder.type();
    bool known = with_integer(type, [&](auto zero) {
        using T = decltype(zero);
        emit(decoder, binary<Op, T>, width<T>(), {width<T>(), width<T>()});
    });
    if (!known) decoder.refuse("type ." + type + " is not supported");
}

template <class Op>
void decode_unary(Decoder& decoder) {
    std::string type = decoder.type();
    bool known = with_integer(type, [&](auto zero) {
        using T = decltype(zero);
        emit(decoder, unary<Op, T>, width<T>(), {width<T>()});
    });
    if (!known) decoder.refuse("type ." + type + " is not supported");
}

template <class Op>
void decode_ternary(Decoder& decoder) {
    std::string type = decoder.type();
    bool known = with_integer(type, [&](auto zero) {
        using T = decltype(zero);
        emit(decoder, ternary<Op, T>, width<T>(), {width<T>(), width<T>(), width<T>()});
    });
    if (!known) decoder.refuse("type ." + type + " is not supported");
}

template <class T>
constexpr Width wide_width() { return sizeof(T) == 2 ? Width::Bits32 : Width::Bits64; }

void decode_mul(Decoder& decoder) {
    if (decoder.take("lo")) return decode_binary<MulLow>(decoder);
    if (decoder.take("hi")) return decode_binary<MulHigh>(decoder);
    if (!decoder.take("wide")) decoder.refuse("integer mul needs .lo, .hi or .wide");
    std::string type = decoder.type();
    bool known = with_integer(type, [&](auto zero) {
        using T = decltype(zero);
        if constexpr (sizeof(T) < 8) {
            emit(decoder, binary<MulWide, Wide<T>, T>, wide_width<T>(), {width<T>(), width<T>()});
        } else {
            decoder.refuse("mul.wide of 64 bits is not supported");
        }
    });
    if (!known) decoder.refuse("type ." + type + " is not supported");
}

void decode_mad(Decoder& decoder) {
    if (decoder.take("lo")) return decode_ternary<MadLow>(decoder);
    if (decoder.take("hi")) return decode_ternary<MadHigh>(decoder);
    if (!decoder.take("wide")) decoder.refuse("integer mad needs .lo, .hi or .wide");
    std::string type = decoder.type();
    bool known = with_integer(type, [&](auto zero) {
        using T = decltype(zero);
        if constexpr (sizeof(T) < 8) {
            emit(decoder, ternary<MadWide, Wide<T>, T, T, Wide<T>>, wide_width<T>(),
                 {width<T>(), width<T>(), wide_width<T>()});
        } else {
            decoder.refuse("mad.wide of 64 bits is not supported");
        }
    });
    if (!known) decoder.refuse("type ." + type + " is not supported");
}

void decode_add(Decoder& decoder) {
    if (!decoder.take("sat")) return decode_binary<Add>(decoder);
    if (decoder.type() != "s32") decoder.refuse("add.sat is for .s32 only");
    emit(decoder, binary<SatAdd, int32_t>, Width::Bits32, {Width::Bits32, Width::Bits32});
}

}  // namespace

// Opcodes that are also floating point go to float_or, which finds them under their name and ".integer".
void add_integer_opcodes(OpcodeTable& table) {
    table["add.integer"] = decode_add;
    table["sub.integer"] = decode_binary<Sub>;
    table["mul.integer"] = decode_mul;
    table["mad.integer"] = decode_mad;
    table["div.integer"] = decode_binary<Div>;
    table["min.integer"] = decode_binary<Min>;
    table["max.integer"] = decode_binary<Max>;
    table["neg.integer"] = decode_unary<Neg>;
    table["abs.integer"] = decode_unary<Abs>;
    table["rem"] = decode_binary<Rem>;
    table["sad"] = decode_ternary<Sad>;
}

}  // namespace simgpu
