// atom and red. Integer results do not depend on the order of the blocks; where they could, blocks run in order.
#include "access.h"
#include "float_math.h"

namespace simgpu {
namespace {

struct Add { template <class T> static T of(T old, T value, T) { return old + value; } };
struct Min { template <class T> static T of(T old, T value, T) { return old < value ? old : value; } };
struct Max { template <class T> static T of(T old, T value, T) { return old > value ? old : value; } };
struct And { template <class T> static T of(T old, T value, T) { return old & value; } };
struct Or { template <class T> static T of(T old, T value, T) { return old | value; } };
struct Xor { template <class T> static T of(T old, T value, T) { return old ^ value; } };
struct Exchange { template <class T> static T of(T, T value, T) { return value; } };
struct CompareSwap {
    template <class T> static T of(T old, T expected, T value) { return old == expected ? value : old; }
};
struct Increment { template <class T> static T of(T old, T limit, T) { return old >= limit ? T(0) : T(old + 1); } };
struct Decrement {
    template <class T> static T of(T old, T limit, T) { return old == 0 || old > limit ? limit : T(old - 1); }
};

template <class Op, class T>
T update(uint8_t* at, T value, T third) {
    using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
    Bits* word = reinterpret_cast<Bits*>(at);
    Bits seen = __atomic_load_n(word, __ATOMIC_RELAXED);
    for (;;) {
        T old = bits_as<T>(seen);
        Bits wanted = bits_as<Bits>(Op::of(old, value, third));
        if (__atomic_compare_exchange_n(word, &seen, wanted, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return old;
    }
}

template <class Op, class T>
struct Atomic {
    template <Space space>
    struct In {
        static void run(Warp& warp, const Instruction& in) {
            Addresses addresses(warp, in);
            for (uint32_t left = warp.active; left != 0; left &= left - 1) {
                int l = __builtin_ctz(left);
                uint8_t* at = resolve<space>(warp, in, l, addresses.of[l], sizeof(T), Access::Atomic);
                T third = in.source[2] == kNone ? T() : warp.at<T>(in.source[2])[l];
                T old = update<Op, T>(at, warp.at<T>(in.source[1])[l], third);
                if (in.destination != kNone) warp.at<T>(in.destination)[l] = old;
            }
        }
        static Handler handler() { return run; }
    };
};

template <class Op, class T>
Handler handler_in(Decoder& decoder, Space space) {
    switch (space) {
        case Space::Global: return Atomic<Op, T>::template In<Space::Global>::run;
        case Space::Shared: return Atomic<Op, T>::template In<Space::Shared>::run;
        case Space::Generic: return Atomic<Op, T>::template In<Space::Generic>::run;
        default: decoder.refuse("atomics are for global and shared memory");
    }
}

template <class T>
Handler integer_handler(Decoder& decoder, Space space, const std::string& name) {
    if constexpr (std::is_unsigned_v<T>) {
        if (name == "add") return handler_in<Add, T>(decoder, space);
    }
    if (name == "min") return handler_in<Min, T>(decoder, space);
    if (name == "max") return handler_in<Max, T>(decoder, space);
    if (name == "and") return handler_in<And, T>(decoder, space);
    if (name == "or") return handler_in<Or, T>(decoder, space);
    if (name == "xor") return handler_in<Xor, T>(decoder, space);
    if (name == "exch") return handler_in<Exchange, T>(decoder, space);
    if (name == "cas") return handler_in<CompareSwap, T>(decoder, space);
    if constexpr (sizeof(T) == 4 && T(-1) > T(0)) {
        if (name == "inc") return handler_in<Increment, T>(decoder, space);
        if (name == "dec") return handler_in<Decrement, T>(decoder, space);
    }
    decoder.refuse("atomic ." + name + " is not supported");
}

Handler handler_for(Decoder& decoder, Space space, const std::string& name, const std::string& type) {
    if (type == "u32" || type == "b32") return integer_handler<uint32_t>(decoder, space, name);
    // Addition wraps, signed or not.
    if (name == "add" && type == "s32") return handler_in<Add, uint32_t>(decoder, space);
    if (name == "add" && type == "s64") return handler_in<Add, uint64_t>(decoder, space);
    if (type == "s32") return integer_handler<int32_t>(decoder, space, name);
    if (type == "u64" || type == "b64") return integer_handler<uint64_t>(decoder, space, name);
    if (type == "s64") return integer_handler<int64_t>(decoder, space, name);
    if (name == "add" && type == "f32") return handler_in<Add, float>(decoder, space);
    if (name == "add" && type == "f64") return handler_in<Add, double>(decoder, space);
    decoder.refuse("atomic ." + name + "." + type + " is not supported");
}

void decode_atomic(Decoder& decoder, bool answers) {
    for (const char* hint : {"relaxed", "acquire", "release", "acq_rel", "cta", "gpu", "sys"}) decoder.take(hint);
    Space space = take_space(decoder);
    std::string type = decoder.type(), name = decoder.type();
    if (decoder.modifiers_left() > 0) decoder.refuse("modifier ." + decoder.modifier(0) + " is not supported");
    Instruction in;
    Width width = type.substr(1) == "64" ? Width::Bits64 : Width::Bits32;
    size_t first = answers ? 1 : 0;
    space = decode_address(decoder, decoder.operand(first), space, in);
    in.source[1] = decoder.value(first + 1, width);
    if (name == "cas") in.source[2] = decoder.value(first + 2, width);
    if (answers) in.destination = decoder.destination(0, width);
    in.run = handler_for(decoder, space, name, type);
    bool order_matters = type[0] == 'f' || name == "exch" || name == "cas" || answers;
    if (order_matters) decoder.ordered();
    describe_access(in, space, Access::Atomic, width == Width::Bits64 ? 8 : 4);
    decoder.emit(in);
}

}  // namespace

void add_atomic_opcodes(OpcodeTable& table) {
    table["atom"] = [](Decoder& decoder) { decode_atomic(decoder, true); };
    table["red"] = [](Decoder& decoder) { decode_atomic(decoder, false); };
}

}  // namespace simgpu
