// PTX text cut into words, numbers and punctuation, each knowing its line.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ptx.h"

namespace simgpu {

struct Token {
    enum Kind { Word, Number, Text, Mark, End } kind;
    std::string text;
    int line;
};

class Lexer {
public:
    explicit Lexer(const std::string& text);

    const Token& peek(size_t ahead = 0) const;
    Token next();
    bool is(const char* text) const { return peek().text == text && peek().kind != Token::Text; }
    bool accept(const char* text);
    void expect(const char* text);
    std::string word();
    // A number with an optional sign; the literal's kind tells its bits.
    Operand number();
    uint64_t integer();
    void skip_line();

    std::string line_text(int line) const;
    [[noreturn]] void refuse(int line, const std::string& why) const;

private:
    void cut(const std::string& line, int number, bool& in_comment);

    std::vector<std::string> lines_;
    std::vector<Token> tokens_;
    size_t position_ = 0;
};

}  // namespace simgpu
