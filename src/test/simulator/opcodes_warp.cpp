// What concerns more than one lane: branches, returns, barriers, shuffles and votes.
#include "warp.h"

namespace simgpu {

// Where the lanes disagree, both sides wait on the stack of paths and meet at the reconvergence point.
void branch(Warp& warp, const Instruction& in) {
    uint32_t taken = warp.active;
    if (in.guard != kNone) {
        uint32_t bits = warp.bits(in.guard);
        taken &= in.guard_negated ? ~bits : bits;
    }
    uint32_t stay = warp.active & ~taken;
    if (taken == 0) return;
    if (stay == 0) {
        warp.pc = in.target;
        return;
    }
    uint32_t fall = warp.pc, meet = in.reconvergence;
    if (warp.reconvergence != meet) warp.paths.push_back({meet, warp.reconvergence, warp.active});
    if (fall != meet) warp.paths.push_back({fall, meet, stay});
    if (in.target != meet) warp.paths.push_back({in.target, meet, taken});
    Path next = warp.paths.back();
    warp.paths.pop_back();
    warp.pc = next.pc;
    warp.reconvergence = next.reconvergence;
    warp.activate(next.mask);
}

// ret, exit: the lanes are gone from every waiting path.
void leave(Warp& warp, const Instruction& in) {
    uint32_t leaving = warp.active;
    if (in.guard != kNone) {
        uint32_t bits = warp.bits(in.guard);
        leaving &= in.guard_negated ? ~bits : bits;
    }
    if (leaving != 0) warp.retire(leaving);
}

void Warp::retire(uint32_t mask) {
    alive &= ~mask;
    uint32_t rest = active & ~mask;
    for (Path& path : paths) path.mask &= ~mask;
    while (rest == 0) {
        if (paths.empty()) {
            state = Done;
            return;
        }
        pc = paths.back().pc;
        reconvergence = paths.back().reconvergence;
        rest = paths.back().mask;
        paths.pop_back();
    }
    activate(rest);
}

namespace {

void barrier(Warp& warp, const Instruction& in) {
    if (warp.active != warp.alive) {
        int lane = __builtin_ctz(warp.active);
        warp.fault(kLaunchFailed, lane, format("barrier in divergent code: lanes %08x wait, lanes %08x do not come",
                                               warp.active, warp.alive & ~warp.active));
    }
    warp.barrier = in.extra;
    warp.state = Warp::AtBarrier;
}

// On compute capability 6 all lanes that the mask names execute the instruction together.
void check_members(Warp& warp, uint32_t members, const char* what) {
    uint32_t absent = members & warp.alive & ~warp.active, uninvited = warp.active & ~members;
    if (absent == 0 && uninvited == 0) return;
    warp.fault(kLaunchFailed, __builtin_ctz(warp.active),
               format("%s with member mask %08x where the active lanes are %08x", what, members, warp.active));
}

void check_member_lanes(Warp& warp, uint32_t mask_register, const char* what) {
    if (mask_register == kNone) return;
    const uint32_t* members = warp.at<uint32_t>(mask_register);
    for (uint32_t left = warp.active; left != 0; left &= left - 1) {
        check_members(warp, members[__builtin_ctz(left)], what);
    }
}

void synchronize_warp(Warp& warp, const Instruction& in) { check_member_lanes(warp, in.source[0], "bar.warp.sync"); }

void trap(Warp& warp, const Instruction&) { warp.fault(kLaunchFailed, __builtin_ctz(warp.active), "trap"); }

enum Mode { Up, Down, Butterfly, Index };

template <Mode mode>
void shuffle(Warp& warp, const Instruction& in) {
    check_member_lanes(warp, in.source[3], "shfl.sync");
    uint32_t a[kLanes], result[kLanes];
    int32_t valid[kLanes];
    std::copy_n(warp.at<uint32_t>(in.source[0]), kLanes, a);
    const uint32_t *b = warp.at<uint32_t>(in.source[1]), *c = warp.at<uint32_t>(in.source[2]);
    for (int l = 0; l < kLanes; l++) {
        int clamp = static_cast<int>(c[l] & 31), segment = static_cast<int>(c[l] >> 8 & 31);
        int shift = static_cast<int>(b[l] & 31), low = l & segment, high = low | (clamp & ~segment);
        int from = mode == Up ? l - shift : mode == Down ? l + shift : mode == Butterfly ? l ^ shift
                 : low | (shift & ~segment);
        bool inside = mode == Up ? from >= high : from <= high;
        if (!inside) from = l;
        valid[l] = inside ? -1 : 0;
        result[l] = a[from];
        bool active = (warp.active >> l & 1) != 0;
        if (active && (warp.active >> from & 1) == 0) {
            warp.fault(kLaunchFailed, l, format("shuffle reads lane %d, which does not take part", from));
        }
    }
    for_lanes(warp, warp.at<uint32_t>(in.destination), [&](int l) { return result[l]; });
    if (in.second != kNone) for_lanes(warp, warp.at<int32_t>(in.second), [&](int l) { return valid[l]; });
}

enum Vote { Any, All, Uniform, Ballot };

template <Vote vote>
void count_votes(Warp& warp, const Instruction& in) {
    check_member_lanes(warp, in.source[1], "vote.sync");
    uint32_t yes = warp.bits(in.source[0]) & warp.active;
    if (vote == Ballot) {
        for_lanes(warp, warp.at<uint32_t>(in.destination), [=](int) { return yes; });
        return;
    }
    bool result = vote == Any ? yes != 0 : vote == All ? yes == warp.active : yes == 0 || yes == warp.active;
    for_lanes(warp, warp.at<int32_t>(in.destination), [=](int) { return result ? -1 : 0; });
}

void active_mask(Warp& warp, const Instruction& in) {
    uint32_t mask = warp.active;
    for_lanes(warp, warp.at<uint32_t>(in.destination), [=](int) { return mask; });
}

void decode_bra(Decoder& decoder) {
    decoder.take("uni");
    Instruction in;
    in.run = branch;
    in.controls = true;
    in.target = decoder.label(decoder.operand(0));
    decoder.emit(in);
}

void decode_leave(Decoder& decoder) {
    decoder.take("uni");
    Instruction in;
    in.run = leave;
    in.controls = true;
    decoder.emit(in);
}

void decode_trap(Decoder& decoder) {
    Instruction in;
    in.run = trap;
    decoder.emit(in);
}

void decode_bar(Decoder& decoder) {
    decoder.take("cta");
    bool of_warp = decoder.take("warp");
    decoder.take("aligned");
    if (!decoder.take("sync") || decoder.modifiers_left() > 0) decoder.refuse("this barrier is not supported");
    Instruction in;
    if (of_warp) {
        in.run = synchronize_warp;
        in.source[0] = decoder.value(0, Width::Bits32);
    } else {
        if (decoder.operands() != 1 || decoder.operand(0).kind != Operand::Immediate) {
            decoder.refuse("only barriers of the whole block are supported");
        }
        in.run = barrier;
        in.extra = static_cast<uint32_t>(decoder.operand(0).bits);
        decoder.has_barrier();
    }
    decoder.emit(in);
}

void decode_shfl(Decoder& decoder) {
    bool sync = decoder.take("sync");
    Instruction in;
    in.run = decoder.take("up") ? shuffle<Up> : decoder.take("down") ? shuffle<Down>
           : decoder.take("bfly") ? shuffle<Butterfly> : decoder.take("idx") ? shuffle<Index> : nullptr;
    if (in.run == nullptr || decoder.type() != "b32") decoder.refuse("this shuffle is not supported");
    for (size_t i = 0; i < (sync ? 4 : 3); i++) in.source[i] = decoder.value(i + 1, Width::Bits32);
    in.destination = decoder.destination(0, Width::Bits32);
    if (!decoder.statement().second.empty()) {
        Operand valid;
        valid.kind = Operand::Register;
        valid.name = decoder.statement().second;
        in.second = decoder.value(valid, Width::Predicate);
    }
    decoder.emit(in);
}

void decode_vote(Decoder& decoder) {
    bool sync = decoder.take("sync");
    std::string type = decoder.type();
    Instruction in;
    in.run = decoder.take("any") ? count_votes<Any> : decoder.take("all") ? count_votes<All>
           : decoder.take("uni") ? count_votes<Uniform> : decoder.take("ballot") ? count_votes<Ballot> : nullptr;
    if (in.run == nullptr) decoder.refuse("this vote is not supported");
    in.source[0] = decoder.predicate(decoder.operand(1));
    if (sync) in.source[1] = decoder.value(2, Width::Bits32);
    in.destination = decoder.destination(0, type == "pred" ? Width::Predicate : Width::Bits32);
    decoder.emit(in);
}

void decode_activemask(Decoder& decoder) {
    Instruction in;
    in.run = active_mask;
    in.destination = decoder.destination(0, Width::Bits32);
    decoder.emit(in);
}

}  // namespace

void add_warp_opcodes(OpcodeTable& table) {
    table["bra"] = decode_bra;
    table["ret"] = decode_leave;
    table["exit"] = decode_leave;
    table["trap"] = decode_trap;
    table["bar"] = decode_bar;
    table["barrier"] = decode_bar;
    table["shfl"] = decode_shfl;
    table["vote"] = decode_vote;
    table["activemask"] = decode_activemask;
}

}  // namespace simgpu
