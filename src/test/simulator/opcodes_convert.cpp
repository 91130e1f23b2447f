// cvt between all widths of integers and floats, and cvta.
#include <cmath>
#include <limits>

#include "float_math.h"
#include "warp.h"

namespace simgpu {
namespace {

enum Rounding { None, Nearest, Zero, Down, Up };

template <class T>
T round_to_integral(T x, Rounding rounding) {
    double d = static_cast<double>(x);
    d = rounding == Nearest ? std::nearbyint(d) : rounding == Zero ? std::trunc(d)
      : rounding == Down ? std::floor(d) : rounding == Up ? std::ceil(d) : d;
    return static_cast<T>(d);
}

// Float to integer saturates; NaN gives 0, or the sign bit alone where a 64-bit type is involved.
template <class D, class S>
D to_integer(S x, Rounding rounding) {
    double d = round_to_integral(static_cast<double>(x), rounding);
    constexpr double low = static_cast<double>(std::numeric_limits<D>::min());
    constexpr double high = static_cast<double>(std::numeric_limits<D>::max());
    constexpr D nan = sizeof(D) == 8 || sizeof(S) == 8 ? static_cast<D>(1ull << (8 * sizeof(D) - 1)) : D(0);
    bool inside = d > low && d < high;
    D value = static_cast<D>(inside ? d : 0.0);
    value = d >= high ? std::numeric_limits<D>::max() : d <= low ? std::numeric_limits<D>::min() : value;
    return x != x ? nan : value;
}

template <class D, class S>
D saturate_integer(S x) {
    using Limits = std::numeric_limits<D>;
    if (x < 0) return std::is_signed_v<D> && int64_t(x) > int64_t(Limits::min()) ? static_cast<D>(x) : Limits::min();
    return uint64_t(x) < uint64_t(Limits::max()) ? static_cast<D>(x) : Limits::max();
}

// Nearest-even, then one step where the direction wants it.
float to_single(double exact, Rounding rounding) {
    float nearest = static_cast<float>(exact);
    bool down = rounding == Down || (rounding == Zero && exact > 0);
    bool up = rounding == Up || (rounding == Zero && exact < 0);
    if (nearest > exact && down) return std::nextafterf(nearest, -INFINITY);
    if (nearest < exact && up) return std::nextafterf(nearest, INFINITY);
    return nearest;
}

template <class T> using Register =
    std::conditional_t<sizeof(T) <= 2, uint16_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>;

// A type of 8 bits lives in the low bits of a 16-bit register, sign-extended if signed; the others fill theirs.
template <class D, class S, class F>
void convert_lanes(Warp& warp, const Instruction& in, F f) {
    const Register<S>* source = warp.at<Register<S>>(in.source[0]);
    for_lanes(warp, warp.at<Register<D>>(in.destination), [=](int l) {
        S x;
        std::memcpy(&x, &source[l], sizeof x);
        D y = f(x);
        if constexpr (sizeof(D) == sizeof(Register<D>)) {
            return bits_as<Register<D>>(y);
        } else {
            return static_cast<Register<D>>(y);
        }
    });
}

template <class D, class S>
void integer_to_integer(Warp& warp, const Instruction& in) {
    convert_lanes<D, S>(warp, in, [](S x) { return static_cast<D>(x); });
}

template <class D, class S>
void integer_to_integer_saturating(Warp& warp, const Instruction& in) {
    convert_lanes<D, S>(warp, in, [](S x) { return saturate_integer<D>(x); });
}

template <class D, class S>
void to_nearest_real(Warp& warp, const Instruction& in) {
    convert_lanes<D, S>(warp, in, [](S x) { return static_cast<D>(x); });
}

template <class D, class S, int fixed>
void real_to_integer(Warp& warp, const Instruction& in) {
    Rounding rounding = fixed == None ? static_cast<Rounding>(in.extra) : static_cast<Rounding>(fixed);
    convert_lanes<D, S>(warp, in, [rounding](S x) { return to_integer<D>(x, rounding); });
}

template <class S>
void to_single_directed(Warp& warp, const Instruction& in) {
    Rounding rounding = static_cast<Rounding>(in.extra);
    convert_lanes<float, S>(warp, in, [rounding](S x) { return to_single(x, rounding); });
}

template <class T>
void real_to_integral(Warp& warp, const Instruction& in) {
    Rounding rounding = static_cast<Rounding>(in.extra);
    convert_lanes<T, T>(warp, in, [rounding](T x) { return round_to_integral(x, rounding); });
}

template <class D, class S>
void real_to_real_saturating(Warp& warp, const Instruction& in) {
    convert_lanes<D, S>(warp, in, [](S x) { return static_cast<D>(x > 0 ? x < 1 ? x : S(1) : S(0)); });
}

void flush_single(Warp& warp, const Instruction& in) {
    convert_lanes<float, float>(warp, in, [](float x) { return flush(x); });
}

struct Form {
    Rounding rounding = None;
    bool integral = false, saturate = false, ftz = false;
};

template <class D, class S>
Handler handler_for(Decoder& decoder, const Form& form) {
    constexpr bool to_real = std::is_floating_point_v<D>, from_real = std::is_floating_point_v<S>;
    bool nearest = form.rounding == None || form.rounding == Nearest;
    if (form.ftz && !(std::is_same_v<S, float> && std::is_same_v<D, float> && !form.integral)) {
        decoder.refuse("this conversion is not supported with .ftz");
    }
    if constexpr ((to_real || from_real) && (sizeof(D) == 1 || sizeof(S) == 1)) {
        decoder.refuse("conversions between floats and 8 bits are not supported");
    } else if constexpr (!to_real && !from_real) {
        return form.saturate ? integer_to_integer_saturating<D, S> : integer_to_integer<D, S>;
    } else if constexpr (!to_real) {
        return form.rounding == Zero ? real_to_integer<D, S, Zero> : real_to_integer<D, S, None>;
    } else if constexpr (!from_real) {
        if (nearest && !form.saturate) return to_nearest_real<D, S>;
    } else {
        if (form.ftz) return flush_single;
        if (form.saturate && nearest && !form.integral) return real_to_real_saturating<D, S>;
        if (form.saturate) decoder.refuse("this conversion is not supported with .sat");
        if constexpr (std::is_same_v<D, S>) {
            if (form.integral) return real_to_integral<D>;
        }
        if (nearest) return to_nearest_real<D, S>;
        if constexpr (std::is_same_v<D, float>) return to_single_directed<S>;
    }
    decoder.refuse("this conversion is not supported");
}

template <class F>
Handler with_type(Decoder& decoder, const std::string& type, F f) {
    if (type == "u8") return f(uint8_t());
    if (type == "s8") return f(int8_t());
    if (type == "u16") return f(uint16_t());
    if (type == "s16") return f(int16_t());
    if (type == "u32") return f(uint32_t());
    if (type == "s32") return f(int32_t());
    if (type == "u64") return f(uint64_t());
    if (type == "s64") return f(int64_t());
    if (type == "f32") return f(float());
    if (type == "f64") return f(double());
    decoder.refuse("type ." + type + " is not supported");
}

Form form_of(Decoder& decoder) {
    Form form;
    form.saturate = decoder.take("sat");
    form.ftz = decoder.take("ftz");
    static const std::pair<const char*, Rounding> names[] = {{"n", Nearest}, {"z", Zero}, {"m", Down}, {"p", Up}};
    for (auto [letter, rounding] : names) {
        if (decoder.take(std::string("r") + letter)) form.rounding = rounding;
        if (decoder.take(std::string("r") + letter + "i")) {
            form.rounding = rounding;
            form.integral = true;
        }
    }
    return form;
}

Width natural_width(const std::string& type) {
    std::string bits = type.substr(1);
    return bits == "64" ? Width::Bits64 : bits == "32" ? Width::Bits32 : Width::Bits16;
}

// Between registers of different width, the upper bits cut off or extended as the type's sign says.
Handler resize(Width to, Width from, bool sign) {
    if (to == Width::Bits16) return from == Width::Bits32 ? integer_to_integer<uint16_t, uint32_t>
                                                           : integer_to_integer<uint16_t, uint64_t>;
    if (from == Width::Bits16 && to == Width::Bits32) {
        return sign ? integer_to_integer<int32_t, int16_t> : integer_to_integer<uint32_t, uint16_t>;
    }
    if (from == Width::Bits16) return sign ? integer_to_integer<int64_t, int16_t>
                                           : integer_to_integer<uint64_t, uint16_t>;
    if (to == Width::Bits32) return integer_to_integer<uint32_t, uint64_t>;
    return sign ? integer_to_integer<int64_t, int32_t> : integer_to_integer<uint64_t, uint32_t>;
}

uint32_t resized(Decoder& decoder, uint32_t source, Width to, Width from, bool sign) {
    Instruction in;
    in.run = resize(to, from, sign);
    in.source[0] = source;
    in.destination = decoder.scratch(to);
    decoder.emit(in);
    return in.destination;
}

// cvt.rounding.destination.source; the registers may be wider than the types.
void decode_cvt(Decoder& decoder) {
    Form form = form_of(decoder);
    std::string from = decoder.type(), to = decoder.type();
    if (decoder.modifiers_left() > 0) decoder.refuse("modifier ." + decoder.modifier(0) + " is not supported");
    if (decoder.operand(1).kind == Operand::Immediate) decoder.refuse("conversion of a constant is not supported");
    Instruction in;
    in.run = with_type(decoder, to, [&](auto d) {
        return with_type(decoder, from, [&](auto s) { return handler_for<decltype(d), decltype(s)>(decoder, form); });
    });
    in.extra = form.rounding;
    Width source = decoder.width_of(decoder.operand(1)), target = decoder.width_of(decoder.operand(0));
    in.source[0] = decoder.value(1, source);
    if (source != natural_width(from)) {
        in.source[0] = resized(decoder, in.source[0], natural_width(from), source, false);
    }
    uint32_t destination = decoder.destination(0, target);
    bool direct = target == natural_width(to);
    in.destination = direct ? destination : decoder.scratch(natural_width(to));
    decoder.emit(in);
    if (direct) return;
    Instruction extend;
    extend.run = resize(target, natural_width(to), to[0] == 's');
    extend.source[0] = in.destination;
    extend.destination = destination;
    decoder.emit(extend);
}

template <bool to_window>
void shift_window(Warp& warp, const Instruction& in) {
    const uint64_t* a = warp.at<uint64_t>(in.source[0]);
    uint64_t window = static_cast<uint64_t>(in.offset);
    for_lanes(warp, warp.at<uint64_t>(in.destination),
              [=](int l) { return to_window ? a[l] + window : a[l] - window; });
}

// cvta.to.shared.u64: generic to shared; cvta.shared.u64: shared to generic.
void decode_cvta(Decoder& decoder) {
    bool to_space = decoder.take("to");
    if (decoder.type() != "u64") decoder.refuse("only 64-bit addresses are supported");
    std::string space = decoder.type();
    Instruction in;
    in.run = to_space ? shift_window<false> : shift_window<true>;
    if (space == "shared") in.offset = kSharedWindow;
    else if (space == "local") in.offset = kLocalWindow;
    else if (space != "global" && space != "const") decoder.refuse("cvta of ." + space + " is not supported");
    in.source[0] = decoder.value(1, Width::Bits64);
    in.destination = decoder.destination(0, Width::Bits64);
    decoder.emit(in);
}

}  // namespace

void add_conversion_opcodes(OpcodeTable& table) {
    table["cvt"] = decode_cvt;
    table["cvta"] = decode_cvta;
}

}  // namespace simgpu
