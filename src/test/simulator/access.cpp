#include "access.h"

namespace simgpu {

const char* access_name(Access access) {
    return access == Access::Load ? "read" : access == Access::Store ? "write" : "atomic operation";
}

const Range& global_range(const Warp& warp, const Instruction& in, int lane, uint64_t address, uint32_t bytes,
                          Access access) {
    Range& range = warp.ranges[in.memory_site];
    const Allocation* found = address >= kDeviceBase ? warp.memory->find(address) : nullptr;
    if (found == nullptr || !found->holds(address, bytes)) {
        if (address % bytes != 0 && found != nullptr) misaligned(warp, lane, address, bytes, access);
        std::string place = warp.memory->describe(address);
        bool freed = place.find("freed") != std::string::npos;
        warp.fault(kIllegalAddress, lane, format("global %s of %u bytes %s: 0x%lx is %s", access_name(access), bytes,
                                                 freed ? "after the free" : "out of bounds", address, place.c_str()));
    }
    range.begin = found->address;
    range.bytes = found->bytes;
    return range;
}

void misaligned(const Warp& warp, int lane, uint64_t address, uint32_t bytes, Access access) {
    warp.fault(kMisalignedAddress, lane,
               format("misaligned %s of %u bytes at 0x%lx", access_name(access), bytes, address));
}

void unwritten(const Warp& warp, int lane, const char* space, const std::string& place, uint32_t bytes) {
    warp.fault(kIllegalAddress, lane, format("read of %u bytes of %s memory that was never written: %s", bytes, space,
                                             place.c_str()));
}

namespace {

void check_offset(const Warp& warp, int lane, const char* space, uint64_t offset, uint32_t bytes, uint64_t size,
                  Access access) {
    if (offset % bytes != 0) misaligned(warp, lane, offset, bytes, access);
    if (offset < size && size - offset >= bytes) return;
    warp.fault(kIllegalAddress, lane, format("%s %s of %u bytes out of bounds: offset %ld of %lu bytes", space,
                                             access_name(access), bytes, static_cast<long>(offset), size));
}

// Warps run one after the other between barriers, so a race would go unseen: two warps touched one word, one of them
// writing, with no barrier in between.
void check_race(const Warp& warp, int lane, SharedMemory& shared, uint64_t offset, Access access) {
    SharedMemory::Word& word = shared.words[offset / 4];
    uint64_t mine = shared.epoch << 8 | (warp.index + 1);
    auto foreign = [&](uint64_t mark) { return mark >> 8 == shared.epoch && mark != mine; };
    bool atomic = access == Access::Atomic;
    if (foreign(word.writer) && !(atomic && word.atomic)) {
        warp.fault(kLaunchFailed, lane, format("race on shared memory: %s at offset %lu, which warp %lu wrote without "
                                               "a barrier in between", access_name(access), offset,
                                               (word.writer & 255) - 1));
    }
    if (access == Access::Load) {
        word.many_readers = word.reader >> 8 == shared.epoch && (word.many_readers || word.reader != mine);
        word.reader = mine;
        return;
    }
    if (foreign(word.reader) || (word.reader >> 8 == shared.epoch && word.many_readers)) {
        warp.fault(kLaunchFailed, lane, format("race on shared memory: %s at offset %lu, which another warp read "
                                               "without a barrier in between", access_name(access), offset));
    }
    word.writer = mine;
    word.atomic = atomic;
}

}  // namespace

uint8_t* shared_access(const Warp& warp, int lane, uint64_t offset, uint32_t bytes, Access access) {
    SharedMemory& shared = *warp.shared;
    check_offset(warp, lane, "shared", offset, bytes, shared.data.size(), access);
    uint8_t* marks = shared.written.data() + offset;
    if (access == Access::Store) {
        std::memset(marks, 1, bytes);
    } else {
        for (uint32_t b = 0; b < bytes; b++) {
            if (marks[b] == 0) unwritten(warp, lane, "shared", format("offset %lu", offset), bytes);
        }
    }
    for (uint64_t at = offset / 4 * 4; at < offset + bytes; at += 4) check_race(warp, lane, shared, at, access);
    return shared.data.data() + offset;
}

uint8_t* local_access(const Warp& warp, int lane, uint64_t offset, uint32_t bytes, Access access) {
    uint64_t size = warp.launch->kernel->local_bytes;
    check_offset(warp, lane, "local", offset, bytes, size, access);
    uint8_t* data = warp.local + static_cast<uint64_t>(lane) * size + offset;
    uint8_t* marks = data + kLanes * size;
    if (access == Access::Store) {
        std::memset(marks, 1, bytes);
    } else {
        for (uint32_t b = 0; b < bytes; b++) {
            if (marks[b] == 0) unwritten(warp, lane, "local", format("offset %lu", offset), bytes);
        }
    }
    return data;
}

uint8_t* parameter_access(const Warp& warp, int lane, uint64_t offset, uint32_t bytes, Access access) {
    const std::vector<uint8_t>& parameters = warp.launch->parameters;
    check_offset(warp, lane, "parameter", offset, bytes, parameters.size(), access);
    return const_cast<uint8_t*>(parameters.data()) + offset;
}

void describe_access(Instruction& in, Space space, Access access, uint32_t bytes) {
    if (space != Space::Global && space != Space::Generic) return;
    in.access_bytes = bytes;
    in.reads = access != Access::Store;
    in.writes = access != Access::Load;
}

Space take_space(Decoder& decoder) {
    if (decoder.take("global")) return Space::Global;
    if (decoder.take("shared")) return Space::Shared;
    if (decoder.take("local")) return Space::Local;
    if (decoder.take("param")) return Space::Parameter;
    if (decoder.take("const")) return Space::Constant;
    return Space::Generic;
}

Space decode_address(Decoder& decoder, const Operand& operand, Space named, Instruction& in) {
    if (operand.kind != Operand::Address) decoder.refuse("an address in brackets is expected");
    const Operand& base = operand.parts[0];
    Width width = base.kind == Operand::Register ? decoder.width_of(base) : Width::Bits64;
    if (width != Width::Bits64 && width != Width::Bits32) decoder.refuse("this register cannot hold an address");
    in.extra = width == Width::Bits32 ? 1 : 0;
    in.source[0] = decoder.value(base, width);
    in.offset = operand.offset;
    in.memory_site = decoder.memory_site();
    // A variable's own address lies in its space; a generic access to it by name is one to that space.
    if (named == Space::Generic && base.kind == Operand::Symbol) return decoder.space_of(base.name);
    return named;
}

}  // namespace simgpu
