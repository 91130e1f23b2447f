// A kernel ready to run: instructions with their handlers, and the layout of the frame they work on.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ptx.h"

namespace simgpu {

struct Warp;
struct Instruction;
using Handler = void (*)(Warp&, const Instruction&);

constexpr int kLanes = 32;
constexpr uint32_t kNone = UINT32_MAX;

// Which of a multiprocessor's units an instruction keeps busy; the type's, whatever it does with it.
enum class InstructionKind : uint8_t { Memory, Float32, Float64, Integer, Other };
constexpr int kInstructionKinds = 5;

// Register operands are byte offsets into the warp's frame, where a register holds its 32 lanes side by side:
// predicates as int32 (0 or -1), 16-bit values as uint16, the rest as uint32 or uint64. Constants and special
// registers are registers that are filled before the warp starts.
struct Instruction {
    Handler run = nullptr;
    uint32_t destination = kNone;
    uint32_t second = kNone;              // further destination: the predicate of setp and shfl
    uint32_t source[4] = {kNone, kNone, kNone, kNone};
    uint32_t vector[4] = {kNone, kNone, kNone, kNone};  // registers of a vector load or store
    uint32_t guard = kNone;
    bool guard_negated = false;
    bool controls = false;                // reads its guard itself: branch and return
    uint32_t elements = 1;
    uint32_t memory_site = 0;             // index among the instructions that access memory
    int64_t offset = 0;                   // of an address
    uint32_t target = 0;                  // of a branch
    uint32_t reconvergence = 0;           // where the lanes of a divergent branch meet again
    uint32_t extra = 0;                   // small immediate: barrier number, table of lop3
    InstructionKind kind = InstructionKind::Other;
    bool reads = false, writes = false;   // memory that any thread can reach
    uint32_t access_bytes = 0;            // of one thread, then; 0 for all other instructions
    int line = 0;
};

enum class Special : uint8_t {
    TidX, TidY, TidZ, NtidX, NtidY, NtidZ, CtaidX, CtaidY, CtaidZ, NctaidX, NctaidY, NctaidZ, Lane, Warp, Warps,
    MaskEq, MaskLe, MaskLt, MaskGe, MaskGt, DynamicShared, TotalShared, Sm, Sms
};

struct Kernel {
    struct Constant { uint32_t offset; Width width; uint64_t bits; };
    struct SpecialSlot { uint32_t offset; Special which; };

    std::string name;
    std::vector<Instruction> code;
    std::vector<std::string> text;        // of each instruction, for messages
    std::vector<Constant> constants;
    std::vector<SpecialSlot> specials;
    uint32_t frame_bytes = 0;             // registers of one warp
    uint32_t local_bytes = 0;             // of one thread
    uint32_t shared_bytes = 0;            // static
    uint32_t register_words = 0;          // declared registers of one thread, in 32-bit words
    uint32_t memory_sites = 0;
    bool has_barrier = false;
    bool ordered = false;                 // float or exchanging atomics: blocks run one after the other
    unsigned max_threads = 1024;
    unsigned required_threads = 0;
    std::vector<Variable> parameters;
    uint32_t parameter_bytes = 0;
};

// What a decoder of one opcode works with.
class Decoder {
public:
    // Addresses of module variables in device memory, by name.
    using Symbols = std::unordered_map<std::string, uint64_t>;

    Decoder(const Function& function, const Symbols& symbols);
    Kernel decode();

    const Statement& statement() const { return *statement_; }
    // True and removed from the modifiers if it is there.
    bool take(const std::string& modifier);
    // Takes the next modifier, which must be one.
    std::string type();
    size_t modifiers_left() const { return modifiers_.size(); }
    const std::string& modifier(size_t index) const { return modifiers_[index]; }
    void drop_first() { modifiers_.erase(modifiers_.begin()); }

    size_t operands() const { return statement_->operands.size(); }
    const Operand& operand(size_t index) const;
    // Offset of a register, constant, special register or address, as the given width.
    uint32_t value(size_t index, Width width);
    uint32_t value(const Operand& operand, Width width);
    uint32_t predicate(const Operand& operand);
    Width width_of(const Operand& operand) const;
    uint32_t destination(size_t index, Width width);
    uint32_t label(const Operand& operand) const;
    Space space_of(const std::string& symbol) const;
    uint32_t memory_site() { return kernel_.memory_sites++; }
    uint32_t scratch(Width width) { return reserve(width); }
    void has_barrier() { kernel_.has_barrier = true; }
    void ordered() { kernel_.ordered = true; }
    void emit(const Instruction& instruction);

    [[noreturn]] void refuse(const std::string& why) const;

private:
    uint32_t reserve(Width width);
    uint32_t constant(Width width, uint64_t bits);
    uint32_t special(const std::string& name);
    uint64_t symbol_address(const Operand& operand) const;
    void decode_statement();

    const Function& function_;
    const Symbols& symbols_;
    Kernel kernel_;
    const Statement* statement_ = nullptr;
    std::vector<std::string> modifiers_;
    std::unordered_map<std::string, uint32_t> registers_;
    std::unordered_map<std::string, uint32_t> constants_;
    std::vector<uint32_t> first_instruction_;  // of each statement
};

using OpcodeDecoder = std::function<void(Decoder&)>;
using OpcodeTable = std::unordered_map<std::string, OpcodeDecoder>;

void add_integer_opcodes(OpcodeTable& table);
void add_bit_opcodes(OpcodeTable& table);
void add_float_opcodes(OpcodeTable& table);
void add_compare_opcodes(OpcodeTable& table);
void add_conversion_opcodes(OpcodeTable& table);
void add_memory_opcodes(OpcodeTable& table);
void add_atomic_opcodes(OpcodeTable& table);
void add_warp_opcodes(OpcodeTable& table);

// Handlers that the decoder itself emits or looks for.
void branch(Warp& warp, const Instruction& in);
void leave(Warp& warp, const Instruction& in);

// Sets the reconvergence of every branch: the immediate post-dominator of its block.
void find_reconvergence(std::vector<Instruction>& code);

}  // namespace simgpu
