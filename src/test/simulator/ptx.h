// PTX text as parsed: modules, functions, variables and statements, not yet bound to memory or handlers.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace simgpu {

enum class Space { Generic, Global, Constant, Shared, Local, Parameter };

// Register storage: predicates, and values by width. Signedness and floating point belong to the instruction.
enum class Width { Predicate, Bits16, Bits32, Bits64 };

struct Operand {
    enum Kind { Register, Special, Immediate, Symbol, Address, Vector, Sink } kind = Sink;
    std::string name;              // register, special register or symbol
    bool negated = false;          // !%p
    uint64_t bits = 0;             // immediate: integer, or the bits of a float (32) or double (64)
    enum Literal { Integer, Single, Double } literal = Integer;
    int64_t offset = 0;            // of an address, or added to a symbol
    std::vector<Operand> parts;    // of a vector; of an address: its base
};

struct Statement {
    int line = 0;
    std::string text;
    std::string guard;             // predicate register, or empty
    bool guard_negated = false;
    std::string opcode;
    std::vector<std::string> modifiers;
    std::vector<Operand> operands;
    std::string second;            // %p in a destination %r|%p
};

struct Variable {
    std::string name;
    Space space = Space::Global;
    uint64_t alignment = 1;
    uint64_t element_bytes = 1;
    uint64_t bytes = 0;
    std::vector<uint8_t> initial;  // empty, or bytes long
    uint64_t offset = 0;           // in the parameter buffer, the block's shared memory or the thread's local memory
};

struct Function {
    std::string name;
    int line = 0;
    bool entry = false;
    std::vector<Variable> parameters;
    std::vector<Variable> variables;
    std::map<std::string, Width> registers;
    std::vector<Statement> statements;
    std::map<std::string, size_t> labels;
    unsigned max_threads = 1024;
    unsigned required_threads = 0;
    uint64_t bytes_in(Space space) const;
};

struct PtxModule {
    std::string version, target;
    std::vector<Variable> variables;
    std::vector<Function> functions;
};

// Throws Fault(kInvalidPtx) naming the line and its text.
PtxModule parse_ptx(const std::string& text);

}  // namespace simgpu
