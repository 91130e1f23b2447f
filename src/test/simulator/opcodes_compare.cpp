// setp, set and testp.
#include <cmath>

#include "warp.h"

namespace simgpu {
namespace {

struct Eq { template <class T> static bool of(T a, T b) { return a == b; } };
struct Lt { template <class T> static bool of(T a, T b) { return a < b; } };
struct Le { template <class T> static bool of(T a, T b) { return a <= b; } };
struct Gt { template <class T> static bool of(T a, T b) { return a > b; } };
struct Ge { template <class T> static bool of(T a, T b) { return a >= b; } };
// Ordered unequal: false where either is NaN; for integers simply unequal.
struct Ne { template <class T> static bool of(T a, T b) { return a < b || a > b; } };
struct Ordered { template <class T> static bool of(T a, T b) { return a == a && b == b; } };
template <class Op>
struct Opposite { template <class T> static bool of(T a, T b) { return !Op::of(a, b); } };

enum Combination { Plain, AndThird, OrThird, XorThird };

template <class Op, class T>
void compare(Warp& warp, const Instruction& in) {
    const T *a = warp.at<T>(in.source[0]), *b = warp.at<T>(in.source[1]);
    int32_t* to = warp.at<int32_t>(in.destination);
    if (in.source[2] == kNone) {
        for_lanes(warp, to, [=](int l) { return Op::of(a[l], b[l]) ? -1 : 0; });
        return;
    }
    // %p = compare op %c, %q = !compare op %c
    int32_t result[kLanes], c[kLanes];
    for (int l = 0; l < kLanes; l++) {
        result[l] = Op::of(a[l], b[l]) ? -1 : 0;
        c[l] = warp.at<int32_t>(in.source[2])[l];
    }
    uint32_t op = in.extra;
    auto combine = [op](int32_t x, int32_t y) { return op == AndThird ? x & y : op == OrThird ? x | y : x ^ y; };
    for_lanes(warp, to, [&](int l) { return combine(result[l], c[l]); });
    if (in.second != kNone) {
        for_lanes(warp, warp.at<int32_t>(in.second), [&](int l) { return combine(~result[l], c[l]); });
    }
}

template <class Op, class T, class D>
void set_value(Warp& warp, const Instruction& in) {
    const T *a = warp.at<T>(in.source[0]), *b = warp.at<T>(in.source[1]);
    constexpr D yes = std::is_floating_point_v<D> ? D(1) : static_cast<D>(-1);
    for_lanes(warp, warp.at<D>(in.destination), [=](int l) { return Op::of(a[l], b[l]) ? yes : D(0); });
}

struct Handlers {
    Handler predicate, integer, single;
    Width width;
};

template <class Op, class T>
Handlers handlers() {
    return {compare<Op, T>, set_value<Op, T, uint32_t>, set_value<Op, T, float>, width<T>()};
}

template <class T>
Handlers by_operator(Decoder& decoder, const std::string& name) {
    constexpr bool real = std::is_floating_point_v<T>;
    if (name == "eq") return handlers<Eq, T>();
    if (name == "ne") return handlers<Ne, T>();
    if (name == "lt" || (name == "lo" && !real)) return handlers<Lt, T>();
    if (name == "le" || (name == "ls" && !real)) return handlers<Le, T>();
    if (name == "gt" || (name == "hi" && !real)) return handlers<Gt, T>();
    if (name == "ge" || (name == "hs" && !real)) return handlers<Ge, T>();
    if constexpr (real) {  // true where either is NaN
        if (name == "equ") return handlers<Opposite<Ne>, T>();
        if (name == "neu") return handlers<Opposite<Eq>, T>();
        if (name == "ltu") return handlers<Opposite<Ge>, T>();
        if (name == "leu") return handlers<Opposite<Gt>, T>();
        if (name == "gtu") return handlers<Opposite<Le>, T>();
        if (name == "geu") return handlers<Opposite<Lt>, T>();
        if (name == "num") return handlers<Ordered, T>();
        if (name == "nan") return handlers<Opposite<Ordered>, T>();
    }
    decoder.refuse("comparison ." + name + " is not supported");
}

Handlers by_type(Decoder& decoder, const std::string& type, const std::string& name) {
    if (type == "u16" || type == "b16") return by_operator<uint16_t>(decoder, name);
    if (type == "s16") return by_operator<int16_t>(decoder, name);
    if (type == "u32" || type == "b32") return by_operator<uint32_t>(decoder, name);
    if (type == "s32") return by_operator<int32_t>(decoder, name);
    if (type == "u64" || type == "b64") return by_operator<uint64_t>(decoder, name);
    if (type == "s64") return by_operator<int64_t>(decoder, name);
    if (type == "f32") return by_operator<float>(decoder, name);
    if (type == "f64") return by_operator<double>(decoder, name);
    decoder.refuse("type ." + type + " is not supported");
}

void decode_setp(Decoder& decoder) {
    std::string type = decoder.type();
    if (decoder.take("ftz")) decoder.refuse("comparisons that flush subnormals are not supported");
    Instruction in;
    in.extra = decoder.take("and") ? AndThird : decoder.take("or") ? OrThird : decoder.take("xor") ? XorThird : Plain;
    Handlers found = by_type(decoder, type, decoder.type());
    in.run = found.predicate;
    in.source[0] = decoder.value(1, found.width);
    in.source[1] = decoder.value(2, found.width);
    const Statement& statement = decoder.statement();
    if (in.extra != Plain) {
        in.source[2] = decoder.predicate(decoder.operand(3));
    } else if (!statement.second.empty()) {
        Operand yes;  // %p|%q without a third operand: combine with true
        yes.kind = Operand::Immediate;
        yes.bits = 1;
        in.extra = AndThird;
        in.source[2] = decoder.value(yes, Width::Predicate);
    }
    if (!statement.second.empty()) {
        Operand second;
        second.kind = Operand::Register;
        second.name = statement.second;
        in.second = decoder.value(second, Width::Predicate);
    }
    in.destination = decoder.destination(0, Width::Predicate);
    decoder.emit(in);
}

// set.lt.u32.f32 %r, a, b: all ones or zero; 1.0 or 0.0 for .f32
void decode_set(Decoder& decoder) {
    std::string type = decoder.type(), result = decoder.type();
    Handlers found = by_type(decoder, type, decoder.type());
    if (result != "u32" && result != "s32" && result != "f32") decoder.refuse("this form of set is not supported");
    emit(decoder, result == "f32" ? found.single : found.integer, Width::Bits32, {found.width, found.width});
}

template <class T, bool finite>
void test_finite(Warp& warp, const Instruction& in) {
    const T* a = warp.at<T>(in.source[0]);
    for_lanes(warp, warp.at<int32_t>(in.destination), [=](int l) {
        T difference = a[l] - a[l];  // NaN for infinities and NaN
        return (difference == 0) == finite ? -1 : 0;
    });
}

template <class T>
void test_nan(Warp& warp, const Instruction& in) {
    const T* a = warp.at<T>(in.source[0]);
    for_lanes(warp, warp.at<int32_t>(in.destination), [=](int l) { return a[l] != a[l] ? -1 : 0; });
}

template <class T>
void test_infinite(Warp& warp, const Instruction& in) {
    const T* a = warp.at<T>(in.source[0]);
    for_lanes(warp, warp.at<int32_t>(in.destination),
              [=](int l) { return a[l] == T(INFINITY) || a[l] == -T(INFINITY) ? -1 : 0; });
}

void decode_testp(Decoder& decoder) {
    bool wide = decoder.type() == "f64";
    Handler handler = nullptr;
    if (decoder.take("finite")) handler = wide ? test_finite<double, true> : test_finite<float, true>;
    else if (decoder.take("notanumber")) handler = wide ? test_nan<double> : test_nan<float>;
    else if (decoder.take("infinite")) handler = wide ? test_infinite<double> : test_infinite<float>;
    else decoder.refuse("this test is not supported");
    emit(decoder, handler, Width::Predicate, {wide ? Width::Bits64 : Width::Bits32});
}

}  // namespace

void add_compare_opcodes(OpcodeTable& table) {
    table["setp"] = decode_setp;
    table["set"] = decode_set;
    table["testp"] = decode_testp;
}

}  // namespace simgpu
