#include <algorithm>
#include <cstring>

#include "faults.h"
#include "ptx.h"
#include "ptx_lexer.h"

namespace simgpu {
namespace {

uint64_t type_bytes(const std::string& type) {
    static const std::map<std::string, uint64_t> bytes = {
        {".b8", 1}, {".u8", 1}, {".s8", 1}, {".b16", 2}, {".u16", 2}, {".s16", 2}, {".f16", 2}, {".b32", 4},
        {".u32", 4}, {".s32", 4}, {".f32", 4}, {".b64", 8}, {".u64", 8}, {".s64", 8}, {".f64", 8}};
    auto found = bytes.find(type);
    return found == bytes.end() ? 0 : found->second;
}

Width register_width(const std::string& type, const Lexer& lexer) {
    if (type == ".pred") return Width::Predicate;
    switch (type_bytes(type)) {
        case 2: return Width::Bits16;
        case 4: return Width::Bits32;
        case 8: return Width::Bits64;
        default: lexer.refuse(lexer.peek().line, "registers of type " + type + " are not supported");
    }
}

class Parser {
public:
    explicit Parser(const std::string& text) : in_(text) {}
    PtxModule module();

private:
    Variable variable(Space space);
    void initial_values(Variable& variable, bool in_braces);
    void function(bool entry);
    void attributes(Function& function);
    void body(Function& function);
    void registers(Function& function);
    void statement(Function& function);
    Operand operand();
    Operand address();
    std::string renamed(const std::string& name) const;
    void lay_out(std::vector<Variable>& variables, Space space) const;

    Lexer in_;
    PtxModule module_;
    // Registers of the enclosing braces, by the name written there: inline assembly may declare its own.
    std::vector<std::map<std::string, std::string>> scopes_;
    int scope_count_ = 0;
};

PtxModule Parser::module() {
    while (in_.peek().kind != Token::End) {
        if (in_.accept(".version")) {
            module_.version = in_.next().text;
            if (in_.accept(".")) in_.next();
            in_.skip_line();
        } else if (in_.accept(".target")) {
            module_.target = in_.word();
            in_.skip_line();
        } else if (in_.is(".address_size") || in_.is(".file") || in_.is(".loc") || in_.is(".pragma")) {
            in_.skip_line();
        } else if (in_.is(".visible") || in_.is(".extern") || in_.is(".weak") || in_.is(".common")) {
            in_.next();
        } else if (in_.accept(".entry")) {
            function(true);
        } else if (in_.accept(".func")) {
            function(false);
        } else if (in_.accept(".global")) {
            module_.variables.push_back(variable(Space::Global));
            in_.expect(";");
        } else if (in_.accept(".const")) {
            module_.variables.push_back(variable(Space::Constant));
            in_.expect(";");
        } else if (in_.accept(".shared")) {
            module_.variables.push_back(variable(Space::Shared));
            in_.expect(";");
        } else {
            in_.refuse(in_.peek().line, "not understood: '" + in_.peek().text + "'");
        }
    }
    return module_;
}

// .align 4 .b8 name[16] = {1, 2}; the state space is already read.
Variable Parser::variable(Space space) {
    Variable result;
    result.space = space;
    int vector = 1;
    uint64_t alignment = 0;
    for (;;) {
        if (in_.accept(".align")) {
            alignment = in_.integer();
        } else if (in_.accept(".ptr") || in_.accept(".global")) {
            continue;
        } else if (in_.accept(".v2") || in_.accept(".v4")) {
            vector = in_.peek().text == ".v2" ? 2 : 4;
        } else {
            break;
        }
    }
    std::string type = in_.word();
    result.element_bytes = type_bytes(type) * static_cast<uint64_t>(vector);
    if (result.element_bytes == 0) in_.refuse(in_.peek().line, "variables of type " + type + " are not supported");
    while (in_.is(".ptr") || in_.is(".global") || in_.is(".align")) {
        if (in_.next().text == ".align") in_.integer();
    }
    result.name = in_.word();
    result.alignment = alignment == 0 ? result.element_bytes : alignment;
    uint64_t count = 1;
    while (in_.accept("[")) {
        count *= in_.is("]") ? 0 : in_.integer();
        in_.expect("]");
    }
    result.bytes = count * result.element_bytes;
    if (in_.accept("=")) {
        bool braces = in_.accept("{");
        initial_values(result, braces);
        result.initial.resize(result.bytes);
    }
    return result;
}

void Parser::initial_values(Variable& variable, bool in_braces) {
    do {
        if (in_.accept("{")) {
            initial_values(variable, true);
            continue;
        }
        if (in_.peek().kind == Token::Word) {
            in_.refuse(in_.peek().line, "addresses as initial values are not supported");
        }
        uint64_t bits = in_.integer();
        for (uint64_t b = 0; b < variable.element_bytes; b++) {
            variable.initial.push_back(static_cast<uint8_t>(bits >> 8 * b));
        }
    } while (in_braces && in_.accept(","));
    if (in_braces) in_.expect("}");
}

void Parser::lay_out(std::vector<Variable>& variables, Space space) const {
    uint64_t end = 0;
    for (bool sized : {true, false}) {  // an array without a size is the dynamic shared memory, after all others
        for (Variable& v : variables) {
            if (v.space != space || (v.bytes > 0) != sized) continue;
            v.offset = (end + v.alignment - 1) / v.alignment * v.alignment;
            end = v.offset + v.bytes;
        }
    }
}

void Parser::function(bool entry) {
    Function result;
    result.entry = entry;
    result.line = in_.peek().line;
    if (in_.accept("(")) {
        while (!in_.accept(")")) in_.next();
    }
    result.name = in_.word();
    if (in_.accept("(")) {
        while (!in_.accept(")")) {
            in_.expect(".param");
            result.parameters.push_back(variable(Space::Parameter));
            in_.accept(",");
        }
    }
    attributes(result);
    if (in_.accept(";")) return;
    in_.expect("{");
    body(result);
    for (const Variable& v : module_.variables) {
        if (v.space == Space::Shared) result.variables.push_back(v);
    }
    lay_out(result.parameters, Space::Parameter);
    lay_out(result.variables, Space::Shared);
    lay_out(result.variables, Space::Local);
    module_.functions.push_back(std::move(result));
}

void Parser::attributes(Function& function) {
    while (!in_.is("{") && !in_.is(";")) {
        std::string name = in_.word();
        if (name == ".noreturn") continue;
        if (name != ".maxntid" && name != ".reqntid" && name != ".minnctapersm" && name != ".maxnreg") {
            in_.refuse(in_.peek().line, "function attribute " + name + " is not supported");
        }
        uint64_t product = in_.integer();
        while (in_.accept(",")) product *= in_.integer();
        if (name == ".maxntid") function.max_threads = static_cast<unsigned>(product);
        if (name == ".reqntid") function.required_threads = static_cast<unsigned>(product);
    }
}

void Parser::body(Function& function) {
    scopes_.emplace_back();
    while (!in_.accept("}")) {
        if (in_.peek().kind == Token::End) in_.refuse(in_.peek().line, "a function body does not end");
        if (in_.accept("{")) {
            body(function);
        } else if (in_.accept(".reg")) {
            registers(function);
        } else if (in_.accept(".local")) {
            function.variables.push_back(variable(Space::Local));
            in_.expect(";");
        } else if (in_.accept(".shared")) {
            function.variables.push_back(variable(Space::Shared));
            in_.expect(";");
        } else if (in_.is(".loc") || in_.is(".pragma") || in_.is(".file")) {
            in_.skip_line();
        } else if (in_.is(".param")) {
            in_.refuse(in_.peek().line, "calls of functions are not supported: inline them");
        } else if (in_.peek().kind == Token::Word && in_.peek(1).text == ":") {
            function.labels[in_.word()] = function.statements.size();
            in_.expect(":");
        } else if (!in_.accept(";")) {
            statement(function);
        }
    }
    scopes_.pop_back();
}

// .reg .b32 %r<10>, %x;
void Parser::registers(Function& function) {
    std::string type = in_.word();
    Width width = register_width(type, in_);
    bool nested = scopes_.size() > 1;
    std::string suffix = nested ? "@" + std::to_string(++scope_count_) : "";
    do {
        std::string name = in_.word();
        uint64_t count = 0;
        bool range = in_.accept("<");
        if (range) {
            count = in_.integer();
            in_.expect(">");
        }
        for (uint64_t i = 0; i < (range ? count : 1); i++) {
            std::string one = range ? name + std::to_string(i) : name;
            scopes_.back()[one] = one + suffix;
            function.registers[one + suffix] = width;
        }
    } while (in_.accept(","));
    in_.expect(";");
}

std::string Parser::renamed(const std::string& name) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
        auto found = scope->find(name);
        if (found != scope->end()) return found->second;
    }
    return "";
}

void Parser::statement(Function& function) {
    Statement result;
    result.line = in_.peek().line;
    result.text = in_.line_text(result.line);
    if (in_.accept("@")) {
        result.guard_negated = in_.accept("!");
        result.guard = renamed(in_.word());
        if (result.guard.empty()) in_.refuse(result.line, "the guard is no predicate register");
    }
    std::string word = in_.word();
    size_t dot = word.find('.');
    result.opcode = word.substr(0, dot);
    while (dot != std::string::npos) {
        size_t end = word.find('.', dot + 1);
        result.modifiers.push_back(word.substr(dot + 1, end == std::string::npos ? end : end - dot - 1));
        dot = end;
    }
    if (result.opcode == "call") in_.refuse(result.line, "calls of functions are not supported: inline them");
    while (!in_.accept(";")) {
        result.operands.push_back(operand());
        if (in_.accept("|")) result.second = operand().name;
        if (!in_.is(";")) in_.expect(",");
    }
    function.statements.push_back(std::move(result));
}

Operand Parser::operand() {
    Operand result;
    if (in_.is("[")) return address();
    if (in_.accept("{")) {
        result.kind = Operand::Vector;
        while (!in_.accept("}")) {
            result.parts.push_back(operand());
            in_.accept(",");
        }
        return result;
    }
    if (in_.is("-") || in_.peek().kind == Token::Number) return in_.number();
    result.negated = in_.accept("!");
    int line = in_.peek().line;
    std::string name = in_.word();
    if (name == "_") return result;
    result.name = renamed(name);
    result.kind = Operand::Register;
    if (!result.name.empty()) return result;
    result.name = name;
    if (name == "WARP_SZ") {
        result.kind = Operand::Immediate;
        result.bits = 32;
        return result;
    }
    result.kind = name[0] == '%' ? Operand::Special : Operand::Symbol;
    if (result.kind == Operand::Symbol && in_.accept("+")) result.offset = static_cast<int64_t>(in_.integer());
    if (name[0] == '.') in_.refuse(line, "an operand is expected, not '" + name + "'");
    return result;
}

// [base], [base + offset], [base + -offset]
Operand Parser::address() {
    Operand result;
    result.kind = Operand::Address;
    in_.expect("[");
    result.parts.push_back(operand());
    result.offset = result.parts[0].offset;
    result.parts[0].offset = 0;
    if (in_.is("-")) {
        result.offset = static_cast<int64_t>(in_.integer());
    } else if (in_.accept("+")) {
        result.offset = static_cast<int64_t>(in_.integer());
    }
    in_.expect("]");
    return result;
}

}  // namespace

uint64_t Function::bytes_in(Space space) const {
    uint64_t end = 0;
    for (const Variable& v : space == Space::Parameter ? parameters : variables) {
        if (v.space == space) end = std::max(end, v.offset + v.bytes);
    }
    return end;
}

PtxModule parse_ptx(const std::string& text) { return Parser(text).module(); }

}  // namespace simgpu
