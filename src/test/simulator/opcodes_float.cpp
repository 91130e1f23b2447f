// Floating point arithmetic; and the opcodes that share a name with integer ones.
#include <cmath>
#include <limits>

#include "float_math.h"
#include "warp.h"

namespace simgpu {
namespace {

constexpr double kEps = 1.0 / (1 << 23);

struct Add { template <class T> static T of(T a, T b) { return a + b; } };
struct Sub { template <class T> static T of(T a, T b) { return a - b; } };
struct Mul { template <class T> static T of(T a, T b) { return a * b; } };
struct Div { template <class T> static T of(T a, T b) { return a / b; } };
struct Fma {
    static float of(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
    static double of(double a, double b, double c) { return __builtin_fma(a, b, c); }
};
// NaN only where both are; -0 is less than +0.
struct Min {
    template <class T> static T of(T a, T b) {
        T less = a < b ? a : b;
        T same = std::signbit(a) ? a : b;
        return b != b ? a : a != a ? b : a == b ? same : less;
    }
};
struct Max {
    template <class T> static T of(T a, T b) {
        T more = a > b ? a : b;
        T same = std::signbit(a) ? b : a;
        return b != b ? a : a != a ? b : a == b ? same : more;
    }
};
struct Neg { template <class T> static T of(T a) { return -a; } };
struct Abs {
    static float of(float a) { return __builtin_fabsf(a); }
    static double of(double a) { return __builtin_fabs(a); }
};
struct Rcp { template <class T> static T of(T a) { return T(1) / a; } };
struct Sqrt {
    static float of(float a) { return __builtin_sqrtf(a); }
    static double of(double a) { return __builtin_sqrt(a); }
};
struct Rsqrt { template <class T> static T of(T a) { return static_cast<T>(1 / __builtin_sqrt(a)); } };
struct CopySign {  // the sign of a on b
    static float of(float a, float b) { return __builtin_copysignf(b, a); }
    static double of(double a, double b) { return __builtin_copysign(b, a); }
};

// The approximate forms err by the bounds that the PTX manual gives, so that no kernel relies on better ones.
struct RcpApprox {
    static float of(float a) { return static_cast<float>(1 / double(a) * (1 + 0.5 * kEps * error_sign(a))); }
};
struct SqrtApprox {
    static float of(float a) {
        return static_cast<float>(__builtin_sqrt(double(a)) * (1 + 0.5 * kEps * error_sign(a)));
    }
};
struct RsqrtApprox {
    static float of(float a) {
        return static_cast<float>(1 / __builtin_sqrt(double(a)) * (1 + 0.5 * kEps * error_sign(a)));
    }
};
struct DivApprox {
    static float of(float a, float b) { return static_cast<float>(double(a) / b * (1 + kEps * error_sign(b))); }
};
struct Ex2 {  // relative error 2^-22.5
    static float of(float a) {
        double x = a < -200 ? -200 : a > 200 ? 200 : double(a);
        float result = static_cast<float>(exp2_accurate(x) * (1 + kEps * error_sign(a)));
        return a != a ? a : a == 0 ? 1.0f : result;
    }
};
struct Lg2 {  // absolute error 2^-22.6 in (0.5, 2), relative elsewhere
    static float of(float a) {
        double exact = log2_accurate(double(a));
        double magnitude = __builtin_fabs(exact) < 1 ? 1 : __builtin_fabs(exact);
        float result = static_cast<float>(exact + kEps * error_sign(a) * magnitude);
        result = a == 1.0f ? 0.0f : a == 0 ? -INFINITY : result;
        result = a > std::numeric_limits<float>::max() ? INFINITY : result;
        return a != a || a < 0 ? NAN : result;
    }
};
struct Sin { static float of(float a) { return static_cast<float>(std::sin(double(a))); } };
struct Cos { static float of(float a) { return static_cast<float>(std::cos(double(a))); } };

template <class Op>
struct Flushed {
    template <class... T> static auto of(T... a) { return flush(Op::of(flush(a)...)); }
};
template <class Op>
struct Saturated {  // to [0, 1], NaN to 0
    template <class... T> static auto of(T... a) {
        auto x = Op::of(a...);
        return x > 0 ? x < 1 ? x : decltype(x)(1) : decltype(x)(0);
    }
};

enum Arity { One = 1, Two = 2, Three = 3 };

template <Arity arity, class Op, class T>
constexpr Handler handler_of() {
    if constexpr (arity == One) return unary<Op, T>;
    else if constexpr (arity == Two) return binary<Op, T>;
    else return ternary<Op, T>;
}

void emit_floats(Decoder& decoder, Handler handler, Width width, Arity arity) {
    if (arity == One) emit(decoder, handler, width, {width});
    else if (arity == Two) emit(decoder, handler, width, {width, width});
    else emit(decoder, handler, width, {width, width, width});
}

// .f32 with .ftz and .sat, and .f64.
template <Arity arity, class Op, class Double = Op>
void decode_float(Decoder& decoder) {
    std::string type = decoder.type();
    bool ftz = decoder.take("ftz"), sat = decoder.take("sat");
    if (type == "f32") {
        Handler handler = ftz ? sat ? handler_of<arity, Saturated<Flushed<Op>>, float>()
                                    : handler_of<arity, Flushed<Op>, float>()
                              : sat ? handler_of<arity, Saturated<Op>, float>() : handler_of<arity, Op, float>();
        return emit_floats(decoder, handler, Width::Bits32, arity);
    }
    if constexpr (!std::is_void_v<Double>) {
        if (type == "f64" && !ftz && !sat) {
            return emit_floats(decoder, handler_of<arity, Double, double>(), Width::Bits64, arity);
        }
    }
    decoder.refuse("this type is not supported for the instruction");
}

using Integer = void (*)(Decoder&);

bool is_float(Decoder& decoder) {
    size_t count = decoder.modifiers_left();
    return count > 0 && decoder.modifier(count - 1)[0] == 'f';
}

// Nearest-even rounding is the default; the directed ones are refused.
template <Arity arity, class Op>
OpcodeDecoder rounded_or(OpcodeDecoder integer) {
    return [integer](Decoder& decoder) {
        if (!is_float(decoder)) return integer(decoder);
        decoder.take("rn");
        decode_float<arity, Op>(decoder);
    };
}

void decode_fma(Decoder& decoder) {
    if (!decoder.take("rn")) decoder.refuse("only rounding to nearest is supported");
    decode_float<Three, Fma>(decoder);
}

void decode_div(Decoder& decoder) {
    if (decoder.take("full") || decoder.take("approx")) return decode_float<Two, DivApprox, void>(decoder);
    decoder.take("rn");
    decode_float<Two, Div>(decoder);
}

void decode_rcp(Decoder& decoder) {
    if (decoder.take("approx")) return decode_float<One, RcpApprox, void>(decoder);
    decoder.take("rn");
    decode_float<One, Rcp>(decoder);
}

void decode_sqrt(Decoder& decoder) {
    if (decoder.take("approx")) return decode_float<One, SqrtApprox, void>(decoder);
    decoder.take("rn");
    decode_float<One, Sqrt>(decoder);
}

void decode_rsqrt(Decoder& decoder) {
    decoder.take("approx");
    decode_float<One, RsqrtApprox, Rsqrt>(decoder);
}

template <class Op>
void decode_approximate(Decoder& decoder) {
    if (!decoder.take("approx")) decoder.refuse("only the approximate form exists");
    decode_float<One, Op, void>(decoder);
}

}  // namespace

void add_float_opcodes(OpcodeTable& table) {
    table["add"] = rounded_or<Two, Add>(table.at("add.integer"));
    table["sub"] = rounded_or<Two, Sub>(table.at("sub.integer"));
    table["mul"] = rounded_or<Two, Mul>(table.at("mul.integer"));
    table["mad"] = rounded_or<Three, Fma>(table.at("mad.integer"));
    table["min"] = rounded_or<Two, Min>(table.at("min.integer"));
    table["max"] = rounded_or<Two, Max>(table.at("max.integer"));
    table["neg"] = rounded_or<One, Neg>(table.at("neg.integer"));
    table["abs"] = rounded_or<One, Abs>(table.at("abs.integer"));
    OpcodeDecoder integer_div = table.at("div.integer");
    table["div"] = [integer_div](Decoder& decoder) {
        if (is_float(decoder)) decode_div(decoder);
        else integer_div(decoder);
    };
    table["fma"] = decode_fma;
    table["rcp"] = decode_rcp;
    table["sqrt"] = decode_sqrt;
    table["rsqrt"] = decode_rsqrt;
    table["copysign"] = decode_float<Two, CopySign>;
    table["ex2"] = decode_approximate<Ex2>;
    table["lg2"] = decode_approximate<Lg2>;
    table["sin"] = decode_approximate<Sin>;
    table["cos"] = decode_approximate<Cos>;
}

}  // namespace simgpu
