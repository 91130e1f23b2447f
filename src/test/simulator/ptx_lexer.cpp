#include "ptx_lexer.h"

#include <cctype>
#include <cstring>
#include <sstream>

#include "faults.h"

namespace simgpu {
namespace {

bool starts_word(char c) { return std::isalpha(static_cast<unsigned char>(c)) || std::strchr("_$%.", c) != nullptr; }
bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || std::strchr("_$%.", c) != nullptr; }

}  // namespace

Lexer::Lexer(const std::string& text) {
    std::istringstream stream(text);
    std::string line;
    bool in_comment = false;
    while (std::getline(stream, line)) {
        lines_.push_back(line);
        cut(line, static_cast<int>(lines_.size()), in_comment);
    }
    tokens_.push_back({Token::End, "end of the text", static_cast<int>(lines_.size())});
}

void Lexer::cut(const std::string& line, int number, bool& in_comment) {
    size_t at = 0, size = line.size();
    while (at < size) {
        if (in_comment) {
            size_t close = line.find("*/", at);
            if (close == std::string::npos) return;
            in_comment = false;
            at = close + 2;
        } else if (std::isspace(static_cast<unsigned char>(line[at]))) {
            at++;
        } else if (line.compare(at, 2, "//") == 0) {
            return;
        } else if (line.compare(at, 2, "/*") == 0) {
            in_comment = true;
            at += 2;
        } else if (line[at] == '"') {
            size_t close = line.find('"', at + 1);
            if (close == std::string::npos) refuse(number, "a string does not end");
            tokens_.push_back({Token::Text, line.substr(at + 1, close - at - 1), number});
            at = close + 1;
        } else if (starts_word(line[at])) {
            size_t end = at;
            while (end < size && in_word(line[end])) end++;
            tokens_.push_back({Token::Word, line.substr(at, end - at), number});
            at = end;
        } else if (std::isdigit(static_cast<unsigned char>(line[at]))) {
            size_t end = at;
            while (end < size && std::isalnum(static_cast<unsigned char>(line[end]))) end++;
            tokens_.push_back({Token::Number, line.substr(at, end - at), number});
            at = end;
        } else {
            tokens_.push_back({Token::Mark, line.substr(at, 1), number});
            at++;
        }
    }
}

const Token& Lexer::peek(size_t ahead) const {
    return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
}

Token Lexer::next() {
    Token token = peek();
    if (position_ + 1 < tokens_.size()) position_++;
    return token;
}

bool Lexer::accept(const char* text) {
    if (!is(text)) return false;
    next();
    return true;
}

void Lexer::expect(const char* text) {
    if (!accept(text)) refuse(peek().line, format("'%s' is expected before '%s'", text, peek().text.c_str()));
}

std::string Lexer::word() {
    if (peek().kind != Token::Word) refuse(peek().line, format("a name is expected, not '%s'", peek().text.c_str()));
    return next().text;
}

Operand Lexer::number() {
    bool negative = accept("-");
    Token token = next();
    if (token.kind != Token::Number) refuse(token.line, format("a number is expected, not '%s'", token.text.c_str()));
    Operand result;
    result.kind = Operand::Immediate;
    const std::string& digits = token.text;
    char prefix = digits.size() > 2 && digits[0] == '0' ? static_cast<char>(std::tolower(digits[1])) : ' ';
    if (prefix == 'f' || prefix == 'd') {
        result.literal = prefix == 'f' ? Operand::Single : Operand::Double;
        result.bits = std::stoull(digits.substr(2), nullptr, 16);
        if (negative) result.bits ^= prefix == 'f' ? 1ull << 31 : 1ull << 63;
        return result;
    }
    std::string plain = digits.back() == 'U' ? digits.substr(0, digits.size() - 1) : digits;
    if (prefix == 'b') plain = plain.substr(2);
    size_t used = 0;
    try {
        result.bits = std::stoull(plain, &used, prefix == 'b' ? 2 : 0);
    } catch (const std::exception&) {
        used = 0;
    }
    if (used != plain.size()) refuse(token.line, format("'%s' is no number", digits.c_str()));
    if (negative) result.bits = ~result.bits + 1;
    return result;
}

uint64_t Lexer::integer() { return number().bits; }

void Lexer::skip_line() {
    int line = peek().line;
    while (peek().kind != Token::End && peek().line == line) next();
}

std::string Lexer::line_text(int line) const {
    if (line < 1 || line > static_cast<int>(lines_.size())) return "";
    const std::string& whole = lines_[static_cast<size_t>(line) - 1];
    size_t begin = whole.find_first_not_of(" \t"), comment = whole.find("//");
    if (begin == std::string::npos) return "";
    std::string text = whole.substr(begin, comment == std::string::npos ? comment : comment - begin);
    for (char& c : text) c = c == '\t' ? ' ' : c;
    size_t end = text.find_last_not_of(" \r");
    return end == std::string::npos ? "" : text.substr(0, end + 1);
}

void Lexer::refuse(int line, const std::string& why) const {
    throw Fault(kInvalidPtx, format("PTX line %d, '%s': %s", line, line_text(line).c_str(), why.c_str()));
}

}  // namespace simgpu
