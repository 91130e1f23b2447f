// From parsed statements to instructions that have handlers and operands laid out in the warp's frame.
#include <algorithm>

#include "faults.h"
#include "kernel.h"
#include "warp.h"

namespace simgpu {
namespace {

const OpcodeTable& opcodes() {
    static const OpcodeTable table = [] {
        OpcodeTable all;
        add_integer_opcodes(all);
        add_bit_opcodes(all);
        add_float_opcodes(all);
        add_compare_opcodes(all);
        add_conversion_opcodes(all);
        add_memory_opcodes(all);
        add_atomic_opcodes(all);
        add_warp_opcodes(all);
        return all;
    }();
    return table;
}

const std::unordered_map<std::string, Special>& specials() {
    static const std::unordered_map<std::string, Special> names = {
        {"%tid.x", Special::TidX}, {"%tid.y", Special::TidY}, {"%tid.z", Special::TidZ},
        {"%ntid.x", Special::NtidX}, {"%ntid.y", Special::NtidY}, {"%ntid.z", Special::NtidZ},
        {"%ctaid.x", Special::CtaidX}, {"%ctaid.y", Special::CtaidY}, {"%ctaid.z", Special::CtaidZ},
        {"%nctaid.x", Special::NctaidX}, {"%nctaid.y", Special::NctaidY}, {"%nctaid.z", Special::NctaidZ},
        {"%laneid", Special::Lane}, {"%warpid", Special::Warp}, {"%nwarpid", Special::Warps},
        {"%lanemask_eq", Special::MaskEq}, {"%lanemask_le", Special::MaskLe}, {"%lanemask_lt", Special::MaskLt},
        {"%lanemask_ge", Special::MaskGe}, {"%lanemask_gt", Special::MaskGt},
        {"%dynamic_smem_size", Special::DynamicShared}, {"%total_smem_size", Special::TotalShared},
        {"%smid", Special::Sm}, {"%nsmid", Special::Sms}};
    return names;
}

InstructionKind kind_of(const Statement& statement) {
    const std::vector<std::string>& modifiers = statement.modifiers;
    auto has = [&](const char* name) { return std::find(modifiers.begin(), modifiers.end(), name) != modifiers.end(); };
    const std::string& opcode = statement.opcode;
    if (opcode == "ld" || opcode == "ldu" || opcode == "st" || opcode == "atom" || opcode == "red") {
        return has("param") ? InstructionKind::Other : InstructionKind::Memory;
    }
    for (const char* other : {"mov", "cvta", "bra", "ret", "exit", "bar", "barrier", "shfl", "vote", "activemask"}) {
        if (opcode == other) return InstructionKind::Other;
    }
    if (has("f64")) return InstructionKind::Float64;
    if (has("f32")) return InstructionKind::Float32;
    for (const std::string& modifier : modifiers) {
        bool type = modifier.size() > 1 && (modifier[0] == 's' || modifier[0] == 'u' || modifier[0] == 'b');
        if (type && modifier.find_first_not_of("0123456789", 1) == std::string::npos) return InstructionKind::Integer;
    }
    return InstructionKind::Other;
}

void invert(Warp& warp, const Instruction& in) {
    const int32_t* p = warp.at<int32_t>(in.source[0]);
    for_lanes(warp, warp.at<int32_t>(in.destination), [=](int l) { return ~p[l]; });
}

}  // namespace

Decoder::Decoder(const Function& function, const Symbols& symbols) : function_(function), symbols_(symbols) {
    kernel_.name = function.name;
    kernel_.parameters = function.parameters;
    kernel_.max_threads = function.required_threads > 0 ? function.required_threads : function.max_threads;
    kernel_.required_threads = function.required_threads;
    kernel_.local_bytes = static_cast<uint32_t>(function.bytes_in(Space::Local));
    kernel_.shared_bytes = static_cast<uint32_t>(function.bytes_in(Space::Shared));
    kernel_.parameter_bytes = static_cast<uint32_t>(function.bytes_in(Space::Parameter));
    for (const auto& [name, width] : function.registers) {
        registers_[name] = reserve(width);
        kernel_.register_words += width == Width::Bits64 ? 2 : width == Width::Predicate ? 0 : 1;
    }
}

Kernel Decoder::decode() {
    for (const Statement& statement : function_.statements) {
        first_instruction_.push_back(static_cast<uint32_t>(kernel_.code.size()));
        statement_ = &statement;
        decode_statement();
    }
    first_instruction_.push_back(static_cast<uint32_t>(kernel_.code.size()));
    Instruction end;
    end.run = leave;
    end.controls = true;
    end.line = function_.statements.empty() ? function_.line : function_.statements.back().line;
    kernel_.code.push_back(end);
    kernel_.text.emplace_back("end of the function");
    for (Instruction& in : kernel_.code) {
        if (in.run == branch) in.target = first_instruction_[in.target];
    }
    find_reconvergence(kernel_.code);
    return std::move(kernel_);
}

void Decoder::decode_statement() {
    modifiers_ = statement_->modifiers;
    auto found = opcodes().find(statement_->opcode);
    if (found == opcodes().end()) refuse("unknown instruction '" + statement_->opcode + "'");
    found->second(*this);
}

bool Decoder::take(const std::string& modifier) {
    auto found = std::find(modifiers_.begin(), modifiers_.end(), modifier);
    if (found == modifiers_.end()) return false;
    modifiers_.erase(found);
    return true;
}

std::string Decoder::type() {
    if (modifiers_.empty()) refuse("a type is missing");
    std::string result = modifiers_.back();
    modifiers_.pop_back();
    return result;
}

const Operand& Decoder::operand(size_t index) const {
    if (index >= operands()) refuse("an operand is missing");
    return statement_->operands[index];
}

uint32_t Decoder::reserve(Width width) {
    uint32_t offset = kernel_.frame_bytes;
    kernel_.frame_bytes += kLanes * (width == Width::Bits64 ? 8 : 4);
    return offset;
}

uint32_t Decoder::constant(Width width, uint64_t bits) {
    std::string key = std::to_string(static_cast<int>(width)) + ":" + std::to_string(bits);
    auto found = constants_.find(key);
    if (found != constants_.end()) return found->second;
    uint32_t offset = reserve(width);
    kernel_.constants.push_back({offset, width, bits});
    return constants_[key] = offset;
}

uint32_t Decoder::special(const std::string& name) {
    auto found = specials().find(name);
    if (found == specials().end()) refuse("special register " + name + " is not supported");
    auto known = registers_.find(name);
    if (known != registers_.end()) return known->second;
    uint32_t offset = reserve(Width::Bits32);
    kernel_.specials.push_back({offset, found->second});
    return registers_[name] = offset;
}

Space Decoder::space_of(const std::string& symbol) const {
    for (const Variable& v : function_.variables) {
        if (v.name == symbol) return v.space;
    }
    for (const Variable& v : function_.parameters) {
        if (v.name == symbol) return Space::Parameter;
    }
    return Space::Global;
}

uint64_t Decoder::symbol_address(const Operand& operand) const {
    for (const auto* variables : {&function_.variables, &function_.parameters}) {
        for (const Variable& v : *variables) {
            if (v.name == operand.name) return v.offset + static_cast<uint64_t>(operand.offset);
        }
    }
    auto found = symbols_.find(operand.name);
    if (found == symbols_.end()) refuse("'" + operand.name + "' is not declared");
    return found->second + static_cast<uint64_t>(operand.offset);
}

Width Decoder::width_of(const Operand& operand) const {
    if (operand.kind != Operand::Register) return Width::Bits32;
    return function_.registers.at(operand.name);
}

uint32_t Decoder::value(size_t index, Width width) { return value(operand(index), width); }

uint32_t Decoder::value(const Operand& operand, Width width) {
    switch (operand.kind) {
        case Operand::Register:
            if (function_.registers.at(operand.name) != width) {
                refuse("register " + operand.name + " has not the width of the instruction's type");
            }
            return registers_.at(operand.name);
        case Operand::Special: return special(operand.name);
        case Operand::Symbol: return constant(width, symbol_address(operand));
        case Operand::Immediate:
            if (operand.literal == Operand::Double && width != Width::Bits64) refuse("a double does not fit");
            if (operand.literal == Operand::Single && width != Width::Bits32) refuse("a float does not fit");
            return constant(width, operand.bits);
        default: refuse("the operand is neither a register nor a constant");
    }
}

uint32_t Decoder::predicate(const Operand& operand) {
    uint32_t offset = value(operand, Width::Predicate);
    if (!operand.negated) return offset;
    Instruction in;
    in.run = invert;
    in.source[0] = offset;
    in.destination = reserve(Width::Predicate);
    emit(in);
    return in.destination;
}

uint32_t Decoder::destination(size_t index, Width width) {
    const Operand& target = operand(index);
    if (target.kind == Operand::Sink) return reserve(width);
    if (target.kind != Operand::Register) refuse("the destination is no register");
    return value(target, width);
}

// The statement's index for now: where its instructions begin is known at the end.
uint32_t Decoder::label(const Operand& operand) const {
    auto found = function_.labels.find(operand.name);
    if (found == function_.labels.end()) refuse("label " + operand.name + " is not there");
    return static_cast<uint32_t>(found->second);
}

void Decoder::emit(const Instruction& instruction) {
    Instruction in = instruction;
    in.line = statement_->line;
    in.kind = kind_of(*statement_);
    if (!statement_->guard.empty() && in.run != invert) {
        in.guard = registers_.at(statement_->guard);
        in.guard_negated = statement_->guard_negated;
    }
    kernel_.code.push_back(in);
    kernel_.text.push_back(statement_->text);
}

void Decoder::refuse(const std::string& why) const {
    throw Fault(kInvalidPtx, format("kernel %s, PTX line %d, '%s': %s", function_.name.c_str(), statement_->line,
                                    statement_->text.c_str(), why.c_str()));
}

}  // namespace simgpu
