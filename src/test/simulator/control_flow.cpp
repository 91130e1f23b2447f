// Where divergent lanes meet again: the immediate post-dominator of the branch's block.
#include <algorithm>
#include <vector>

#include "kernel.h"

namespace simgpu {
namespace {

struct Block {
    uint32_t begin, end;  // instructions [begin, end)
    std::vector<uint32_t> next;
};

class Graph {
public:
    explicit Graph(std::vector<Instruction>& code) : code_(code) {
        cut();
        connect();
        order();
        dominate();
    }

    void set_reconvergence() {
        for (uint32_t b = 0; b < blocks_.size(); b++) {
            Instruction& last = code_[blocks_[b].end - 1];
            if (last.run != branch) continue;
            uint32_t meet = post_dominator_[b];
            last.reconvergence = meet >= blocks_.size() ? static_cast<uint32_t>(code_.size()) : blocks_[meet].begin;
        }
    }

private:
    static bool ends_block(const Instruction& in) { return in.run == branch || in.run == leave; }

    void cut() {
        std::vector<bool> starts(code_.size() + 1, false);
        starts[0] = true;
        for (size_t i = 0; i < code_.size(); i++) {
            if (code_[i].run == branch) starts[code_[i].target] = true;
            if (ends_block(code_[i])) starts[i + 1] = true;
        }
        block_of_.resize(code_.size() + 1);
        for (uint32_t i = 0; i < code_.size(); i++) {
            if (starts[i]) blocks_.push_back({i, i, {}});
            blocks_.back().end = i + 1;
            block_of_[i] = static_cast<uint32_t>(blocks_.size() - 1);
        }
    }

    void connect() {
        exit_ = static_cast<uint32_t>(blocks_.size());
        for (uint32_t b = 0; b < blocks_.size(); b++) {
            const Instruction& last = code_[blocks_[b].end - 1];
            bool falls = !ends_block(last) || last.guard != kNone;
            if (last.run == branch) blocks_[b].next.push_back(block_of_[last.target]);
            if (last.run == leave) blocks_[b].next.push_back(exit_);
            if (falls) blocks_[b].next.push_back(b + 1 < blocks_.size() ? b + 1 : exit_);
        }
    }

    // Blocks in post-order of the reversed graph, from the exit.
    void order() {
        std::vector<std::vector<uint32_t>> previous(blocks_.size() + 1);
        for (uint32_t b = 0; b < blocks_.size(); b++) {
            for (uint32_t n : blocks_[b].next) previous[n].push_back(b);
        }
        number_.assign(blocks_.size() + 1, kNone);
        std::vector<std::pair<uint32_t, size_t>> stack = {{exit_, 0}};
        std::vector<bool> seen(blocks_.size() + 1, false);
        seen[exit_] = true;
        while (!stack.empty()) {
            uint32_t block = stack.back().first;
            if (stack.back().second < previous[block].size()) {
                uint32_t p = previous[block][stack.back().second++];
                if (!seen[p]) stack.emplace_back(p, 0);
                seen[p] = true;
            } else {
                number_[block] = static_cast<uint32_t>(post_order_.size());
                post_order_.push_back(block);
                stack.pop_back();
            }
        }
    }

    // Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm, on the reversed graph.
    void dominate() {
        post_dominator_.assign(blocks_.size() + 1, kNone);
        post_dominator_[exit_] = exit_;
        for (bool changed = true; changed;) {
            changed = false;
            for (auto b = post_order_.rbegin(); b != post_order_.rend(); ++b) {
                if (*b == exit_) continue;
                uint32_t meet = kNone;
                for (uint32_t n : blocks_[*b].next) {
                    if (post_dominator_[n] != kNone) meet = meet == kNone ? n : intersect(n, meet);
                }
                changed |= post_dominator_[*b] != meet;
                post_dominator_[*b] = meet;
            }
        }
    }

    uint32_t intersect(uint32_t a, uint32_t b) const {
        while (a != b) {
            while (number_[a] < number_[b]) a = post_dominator_[a];
            while (number_[b] < number_[a]) b = post_dominator_[b];
        }
        return a;
    }

    std::vector<Instruction>& code_;
    std::vector<Block> blocks_;
    std::vector<uint32_t> block_of_;
    uint32_t exit_ = 0;
    std::vector<uint32_t> post_order_, number_, post_dominator_;
};

}  // namespace

void find_reconvergence(std::vector<Instruction>& code) { Graph(code).set_reconvergence(); }

}  // namespace simgpu
